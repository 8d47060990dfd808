-- One row a ledger: the head of its log, and what the wall needs to judge by itself.
--
-- The id is made from the name (the first 63 bits of its SHA-256), not taken from a sequence: opening a
-- ledger twice, in two processes or in two databases, gives the same id, and the name is unique because
-- the id is the primary key, without a second unique index, which a table distributed by id cannot have.
CREATE FUNCTION tranche.ledger_id(p_name text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ('x' || encode(substring(sha256(convert_to(p_name, 'UTF8')) FOR 8), 'hex'))::bit(64)::bigint
           & 9223372036854775807
$$;
ALTER FUNCTION tranche.ledger_id(text) OWNER TO tranche_owner;

CREATE TABLE tranche.ledger (
    id          bigint      NOT NULL,
    name        text        NOT NULL,
    -- The head: how many entries there are, their RFC 6962 root, and the right edge of their tree, so that
    -- any process can go on from here without hashing the log again.
    position    bigint      NOT NULL,
    root        bytea       NOT NULL,
    peaks       bytea       NOT NULL,
    -- When the last entry was recorded; NULL while there is none. On a sandbox it may lie before opened_at.
    recorded_at timestamptz,
    opened_at   timestamptz NOT NULL DEFAULT now(),
    -- The programme's parameters that the limits of a release rest on (rules TR-01 and TR-02), as the last
    -- batch that changed them left them; NULL until the programme is opened, and then no release passes.
    first_share numeric,
    gate        text,

    CONSTRAINT ledger_pkey PRIMARY KEY (id),
    -- What makes the primary key stand for the name's uniqueness.
    CONSTRAINT ledger_id_of_name CHECK (id = tranche.ledger_id(name)),
    -- It stands in checkpoints as an origin (C2SP signed notes: no space, no plus sign), and is to read as
    -- it is written: no control characters, whatever the collation takes for them, and none that turn the
    -- direction of writing.
    CONSTRAINT ledger_name_form CHECK (
        name ~ '^[^[:cntrl:][:space:]+\u0001-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]{1,100}$'),
    CONSTRAINT ledger_position_counts CHECK (position >= 0),
    CONSTRAINT ledger_root_sha256 CHECK (octet_length(root) = 32),
    -- A tree of n leaves has a peak for every 1 in n written in binary.
    CONSTRAINT ledger_peaks_of_position
        CHECK (octet_length(peaks) = 32 * bit_count(position::bit(64))),
    CONSTRAINT ledger_first_share_ratio CHECK (first_share BETWEEN 0 AND 1),
    CONSTRAINT ledger_gate_known CHECK (gate IN ('above_share', 'remainder_after_year'))
)
-- Every batch updates its row in place: room on the page keeps those updates off the index (HOT).
WITH (fillfactor = 25);
ALTER TABLE tranche.ledger OWNER TO tranche_owner;
