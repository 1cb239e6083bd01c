-- What a messenger delivered, as it came, before anything is made of it; who may do what only one may do;
-- groups that go by another number now; and who does not want to hear from us.

CREATE TABLE updates (
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    place BIGINT NOT NULL,
    chat TEXT NOT NULL,
    bundle TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'done', 'aside')),
    error TEXT,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, id)
);
CREATE INDEX updates_waiting ON updates (channel, place) WHERE state = 'new';
CREATE INDEX updates_aside ON updates (at) WHERE state = 'aside';
CREATE INDEX updates_by_chat ON updates (channel, chat);
CREATE INDEX updates_by_time ON updates (at);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);

CREATE TABLE moves (
    channel TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    PRIMARY KEY (channel, old)
);
CREATE INDEX moves_back ON moves (channel, new);

CREATE TABLE blocked (
    channel TEXT NOT NULL,
    chat TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, chat)
);
