-- One row that whoever claims money changes first: of all who claim at once, each sees what the one before it
-- has spent. What it counts is of no interest.
CREATE TABLE purse (
    one BIGINT PRIMARY KEY,
    claims BIGINT NOT NULL
);
INSERT INTO purse (one, claims) VALUES (1, 0);

-- `quote` is what a take was expected to cost, `account` whose seat at the vendor it takes while it is under way,
-- `claimed` when it was last claimed, `making` for which making.
ALTER TABLE takes ADD COLUMN quote DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE takes ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE takes ADD COLUMN claimed DOUBLE PRECISION;
ALTER TABLE takes ADD COLUMN making TEXT NOT NULL DEFAULT '';
CREATE INDEX takes_by_account ON takes (account, claimed);
CREATE INDEX takes_by_making ON takes (making);

-- Takes that wait for a seat; `seen` is when somebody last waited for it.
CREATE TABLE seats (
    take TEXT PRIMARY KEY REFERENCES takes (key),
    account TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    seen DOUBLE PRECISION NOT NULL
);
CREATE INDEX seats_by_account ON seats (account, since);

-- Films people asked for, for a limit per person and day.
CREATE TABLE films (
    making TEXT PRIMARY KEY,
    project TEXT NOT NULL REFERENCES projects (id),
    at DOUBLE PRECISION NOT NULL
);
CREATE INDEX films_by_project ON films (project, at);
