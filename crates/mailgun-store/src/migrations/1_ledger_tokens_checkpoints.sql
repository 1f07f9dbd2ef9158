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
