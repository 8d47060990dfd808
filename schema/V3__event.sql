-- The log: one row an entry, never changed. Everything else can be dropped and made again from it.
--
-- No foreign key to the ledger: the only way in is ledger_append, which has just updated the head's row,
-- and a key would look that row up once for every event.
CREATE TABLE tranche.event (
    ledger        bigint      NOT NULL,
    position      bigint      NOT NULL,
    recorded_at   timestamptz NOT NULL,
    version       integer     NOT NULL,
    business_date date        NOT NULL,
    stream        text        NOT NULL,
    type          text        NOT NULL,
    -- The canonical JSON (RFC 8785) as the very bytes whose hash is a leaf of the tree.
    entry         bytea       NOT NULL,

    -- No position twice; and the order of every read.
    CONSTRAINT event_pkey PRIMARY KEY (ledger, position),
    -- No version of a stream twice; and the order in which a stream is read.
    CONSTRAINT event_stream_version UNIQUE (ledger, stream, version),
    CONSTRAINT event_position_counts CHECK (position >= 1),
    CONSTRAINT event_version_counts CHECK (version >= 1),
    CONSTRAINT event_stream_form CHECK (stream ~ '^[a-z_]+(-[A-Za-z0-9._-]{1,64})?$'),
    -- A tile of the log writes an entry's length in two bytes (C2SP tlog-tiles).
    CONSTRAINT event_entry_size CHECK (octet_length(entry) BETWEEN 2 AND 65535)
);
ALTER TABLE tranche.event OWNER TO tranche_owner;

-- All streams of a category (`pilot-…`) in the order of their positions, from any position, at a cost
-- that does not grow with the other categories. The expression stands in the read word for word.
CREATE INDEX event_category ON tranche.event (ledger, split_part(stream, '-', 1), position);

-- The entries parsed, for people with psql and for reports that others write. Reads of the program use
-- the bytes.
CREATE VIEW tranche.event_json AS
    SELECT ledger, position, stream, version, type, business_date, recorded_at,
           convert_from(entry, 'UTF8')::jsonb AS entry
      FROM tranche.event;
ALTER VIEW tranche.event_json OWNER TO tranche_owner;
