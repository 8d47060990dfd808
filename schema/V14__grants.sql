-- The wall itself: who may do what, and why.

REVOKE ALL ON ALL TABLES IN SCHEMA tranche FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tranche FROM PUBLIC;
REVOKE CREATE ON SCHEMA tranche FROM tranche_writer;

-- ledger_append, ledger_create: the head moves, its identity does not.
GRANT SELECT, INSERT ON tranche.ledger TO tranche_writer;
GRANT UPDATE (position, root, peaks, recorded_at, first_share, gate) ON tranche.ledger TO tranche_writer;
-- ledger_append: the log grows; nothing more, to anybody.
GRANT SELECT, INSERT ON tranche.event, tranche.command TO tranche_writer;
-- ledger_append opens and moves; fund_position_rebuild deletes and refills.
GRANT SELECT, INSERT, UPDATE, DELETE ON tranche.fund_position TO tranche_writer;
-- snapshot_put replaces, snapshot_drop deletes: snapshots are not the truth.
GRANT SELECT, INSERT, UPDATE, DELETE ON tranche.snapshot TO tranche_writer;
-- The id of a name stands in a constraint, too.
GRANT EXECUTE ON FUNCTION tranche.ledger_id(text) TO tranche_writer, tranche_app;

-- The application reads everything (this table of migrations too, to know the schema's version) …
GRANT SELECT ON ALL TABLES IN SCHEMA tranche TO tranche_app;
-- … and writes through these alone. fund_move is not among them: figures come with entries or not at all.
GRANT EXECUTE ON FUNCTION
    tranche.ledger_create(text),
    tranche.ledger_append(bigint, bigint, bytea, bytea, bytea, bigint[], text[], integer[], text[],
        date[], timestamptz[], bytea[], uuid[], bytea[], bigint[], integer[], jsonb),
    tranche.snapshot_put(bigint, text, bigint, text[], bytea[]),
    tranche.snapshot_drop(bigint),
    tranche.fund_position_rebuild(bigint)
TO tranche_app;
