-- Types are the part SQLite and PostgreSQL read alike: TEXT, BIGINT, DOUBLE PRECISION (times: seconds since
-- the epoch). JSON is TEXT, because it is never searched.

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    brief TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE INDEX projects_by_person ON projects (channel, person, created);
CREATE INDEX projects_by_time ON projects (created);

CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    key TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE INDEX assets_by_project ON assets (project);
CREATE INDEX assets_by_key ON assets (key);

CREATE TABLE takes (
    key TEXT PRIMARY KEY,
    project TEXT NOT NULL REFERENCES projects (id),
    step TEXT NOT NULL,
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('new', 'sending', 'accepted', 'done', 'failed', 'rejected', 'unsure')),
    made_from TEXT NOT NULL,
    ticket TEXT,
    result TEXT,
    cost DOUBLE PRECISION NOT NULL,
    currency TEXT NOT NULL,
    error TEXT,
    opened DOUBLE PRECISION NOT NULL,
    changed DOUBLE PRECISION NOT NULL
);
CREATE INDEX takes_by_making_of ON takes (project, made_from);
CREATE INDEX takes_by_state ON takes (state);
CREATE INDEX takes_by_time ON takes (changed);

-- What stays of a take when its person is forgotten: money, and nothing that leads back to anybody.
CREATE TABLE spendings (
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    cost DOUBLE PRECISION NOT NULL,
    currency TEXT NOT NULL,
    opened DOUBLE PRECISION NOT NULL,
    changed DOUBLE PRECISION NOT NULL
);
CREATE INDEX spendings_by_time ON spendings (changed);

CREATE TABLE voices (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    vendor TEXT NOT NULL,
    sample TEXT,
    params TEXT NOT NULL
);
CREATE INDEX voices_by_project ON voices (project);

-- Clones that are gone here and still live at their vendor: only what is needed to have them deleted there.
CREATE TABLE owed_voices (
    id TEXT PRIMARY KEY,
    vendor TEXT NOT NULL,
    params TEXT NOT NULL
);

CREATE TABLE strides (
    making TEXT NOT NULL,
    step TEXT NOT NULL,
    place BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    fraction DOUBLE PRECISION NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    started DOUBLE PRECISION,
    ended DOUBLE PRECISION,
    PRIMARY KEY (making, step)
);
CREATE INDEX strides_by_kind ON strides (step, vendor, model, ended);
