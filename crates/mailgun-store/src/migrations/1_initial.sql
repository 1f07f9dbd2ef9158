-- Times are microseconds since 1970.

-- Sends that began, under the keys of `send_once`.
CREATE TABLE mailgun_ledger (
    key TEXT PRIMARY KEY,
    -- How many calls asked for the key. The first one sends.
    calls BIGINT NOT NULL,
    -- The call that is sending. NULL if the mail was accepted.
    owner TEXT,
    -- The mail that was accepted. NULL while it is being sent, or if its outcome is unknown.
    message_id TEXT,
    -- When the call began, or when the mail was accepted.
    since BIGINT NOT NULL,
    CHECK ((owner IS NULL) <> (message_id IS NULL))
);

-- Tokens of received webhooks.
CREATE TABLE mailgun_tokens (
    token TEXT PRIMARY KEY,
    -- The claim of the request that is being handled. NULL if the token is used.
    claim BIGINT,
    -- When the claim expires, or when a used token may be forgotten.
    until BIGINT NOT NULL
);

CREATE INDEX mailgun_tokens_until ON mailgun_tokens (until);

-- Where the tails of events continue.
CREATE TABLE mailgun_checkpoints (
    name TEXT PRIMARY KEY,
    -- JSON.
    checkpoint TEXT NOT NULL
);

-- Bulk campaigns.
CREATE TABLE mailgun_campaigns (
    -- A random number, shorter than the key, for the tables below.
    id BIGINT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    -- The run of a program that may add to the draft.
    owner TEXT NOT NULL,
    domain TEXT NOT NULL,
    -- What shares a pause after a rate limit.
    scope TEXT NOT NULL,
    -- Written and read by mailgun-bulk only.
    content BYTEA NOT NULL,
    -- draft, running, paused, stopped, cancelled.
    state TEXT NOT NULL,
    -- Recipients: at positions from 0, in the list already, left out.
    added BIGINT NOT NULL DEFAULT 0,
    duplicates BIGINT NOT NULL DEFAULT 0,
    left_out BIGINT NOT NULL DEFAULT 0,
    -- The most recipients of a call.
    chunk_limit BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT
);

-- This table and the next one have no foreign key: it would double the time of an import.
CREATE TABLE mailgun_recipients (
    campaign BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- The address in lower case.
    folded TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    -- A JSON object.
    variables TEXT NOT NULL,
    PRIMARY KEY (campaign, position),
    UNIQUE (campaign, folded)
);

-- Addresses in lower case that are not added to a draft.
CREATE TABLE mailgun_left_out (
    campaign BIGINT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (campaign, folded)
);

-- The recipients of one call each. The row decides who sends it.
CREATE TABLE mailgun_chunks (
    campaign BIGINT NOT NULL REFERENCES mailgun_campaigns (id),
    -- The position of the first recipient, and the position after the last one.
    first BIGINT NOT NULL,
    past BIGINT NOT NULL,
    -- planned, sending, accepted, refused, unknown.
    state TEXT NOT NULL,
    -- How often it was claimed or taken from its owner.
    fence BIGINT NOT NULL,
    owner TEXT,
    -- When the state changed last.
    since BIGINT NOT NULL,
    -- When a call that is sending it has certainly ended.
    expires_at BIGINT,
    message_id TEXT,
    -- Without addresses.
    error TEXT,
    -- 1 if its outcome was unknown and it was planned again.
    is_resent BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, first),
    CHECK (first < past)
);

CREATE INDEX mailgun_chunks_state ON mailgun_chunks (campaign, state, first);

-- Recipients that are reserved in a quota.
CREATE TABLE mailgun_counters (
    name TEXT PRIMARY KEY,
    used BIGINT NOT NULL,
    -- When it may be deleted. NULL: never.
    resets_at BIGINT
);

-- Pauses after a rate limit.
CREATE TABLE mailgun_pauses (
    scope TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);
