-- What a channel calls a file that it has got already, so that showing it again costs nothing. It goes when the
-- file goes.

CREATE TABLE uploads (
    channel TEXT NOT NULL,
    asset TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    form TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (channel, asset, form)
);
CREATE INDEX uploads_by_asset ON uploads (asset);
