-- A chat, what came in and what goes out, and what was asked of the engine. Numbers count up per chat through
-- both boxes, so that a page can show them in order and ask for what is new.

CREATE TABLE chats (
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    talk TEXT NOT NULL,
    project TEXT NOT NULL REFERENCES projects (id),
    lang TEXT NOT NULL,
    last BIGINT NOT NULL,
    begun DOUBLE PRECISION NOT NULL,
    changed DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, person)
);
CREATE INDEX chats_by_project ON chats (project);
CREATE INDEX chats_by_time ON chats (changed);

CREATE TABLE inbox (
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    id TEXT NOT NULL,
    number BIGINT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'done', 'aside')),
    error TEXT,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, person, id),
    FOREIGN KEY (channel, person) REFERENCES chats (channel, person)
);
CREATE UNIQUE INDEX inbox_in_order ON inbox (channel, person, number);
CREATE INDEX inbox_new ON inbox (channel, person, number) WHERE state = 'new';

CREATE TABLE outbox (
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    id TEXT NOT NULL,
    number BIGINT NOT NULL,
    payload TEXT NOT NULL,
    making TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'doubtful')),
    receipt TEXT,
    error TEXT,
    changed DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (channel, person, id),
    FOREIGN KEY (channel, person) REFERENCES chats (channel, person)
);
CREATE UNIQUE INDEX outbox_in_order ON outbox (channel, person, number);
CREATE INDEX outbox_unsent ON outbox (channel, person, number) WHERE state IN ('pending', 'sending');

CREATE TABLE errands (
    making TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    recipe TEXT NOT NULL,
    args TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'started', 'ended')),
    changed DOUBLE PRECISION NOT NULL,
    FOREIGN KEY (channel, person) REFERENCES chats (channel, person)
);
CREATE INDEX errands_by_chat ON errands (channel, person);
CREATE INDEX errands_unfinished ON errands (changed) WHERE state <> 'ended';

-- Makings that are to stop before their next step.
CREATE TABLE stops (
    making TEXT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL
);
