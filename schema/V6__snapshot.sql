-- The latest snapshot of each part of the state ('programme', 'pilot-…'), so that start-up does not grow
-- with the log. Parts that did not change since an earlier snapshot are not written again: a body is true
-- from its own position to the greatest position stored. It can be dropped at any time.
CREATE TABLE tranche.snapshot (
    ledger   bigint NOT NULL,
    part     text   NOT NULL,
    position bigint NOT NULL,
    -- Which program's layout the bodies have; another layout is thrown away, never read.
    format   text   NOT NULL,
    body     bytea  NOT NULL,

    CONSTRAINT snapshot_pkey PRIMARY KEY (ledger, part),
    CONSTRAINT snapshot_ledger FOREIGN KEY (ledger) REFERENCES tranche.ledger (id),
    CONSTRAINT snapshot_position_counts CHECK (position >= 0)
);
ALTER TABLE tranche.snapshot OWNER TO tranche_owner;
