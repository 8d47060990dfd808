-- The ids of accepted commands: a command sent again is answered with what it did the first time, and a
-- batch that repeats one cannot commit (IDEM-01). Refused commands leave no trace.
CREATE TABLE tranche.command (
    ledger         bigint  NOT NULL,
    first_position bigint  NOT NULL,
    id             uuid    NOT NULL,
    events         integer NOT NULL,
    -- SHA-256 of the canonical request, to tell the same command from another with its id.
    request        bytea   NOT NULL,

    CONSTRAINT command_pkey PRIMARY KEY (ledger, id),
    CONSTRAINT command_request_sha256 CHECK (octet_length(request) = 32),
    CONSTRAINT command_events_counts CHECK (events >= 1)
);
ALTER TABLE tranche.command OWNER TO tranche_owner;
