-- The log is never edited and never shortened. Grants keep the application to SELECT and the functions to
-- INSERT; these triggers refuse the rest to the owner and to superusers too. ENABLE ALWAYS, for ordinary
-- triggers sleep while session_replication_role is 'replica'. Once a statement, so that they cost an
-- append nothing and a TRUNCATE is refused as well.
--
-- Where tables are distributed there are no triggers; there the grants alone are the wall.
CREATE FUNCTION tranche.append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'LG005', MESSAGE = 'append only',
        DETAIL = format('%s on %s', TG_OP, TG_TABLE_NAME),
        HINT = 'Nothing in the log is edited or deleted: record a reversal.';
END
$$;
ALTER FUNCTION tranche.append_only() OWNER TO tranche_owner;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tranche.event
    FOR EACH STATEMENT EXECUTE FUNCTION tranche.append_only();
ALTER TABLE tranche.event ENABLE ALWAYS TRIGGER event_append_only;

CREATE TRIGGER command_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tranche.command
    FOR EACH STATEMENT EXECUTE FUNCTION tranche.append_only();
ALTER TABLE tranche.command ENABLE ALWAYS TRIGGER command_append_only;

-- The head of a log goes up, and says of the same log: neither its going nor its going back is to pass for a
-- shorter history. At one position only the parameters beside it may be set again, as a rebuild does.
CREATE TRIGGER ledger_head_stays BEFORE DELETE OR TRUNCATE ON tranche.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION tranche.append_only();
ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_head_stays;

CREATE TRIGGER ledger_head_rises BEFORE UPDATE ON tranche.ledger
    FOR EACH ROW WHEN (
        (new.id, new.name, new.opened_at) IS DISTINCT FROM (old.id, old.name, old.opened_at)
        OR new.position < old.position
        OR new.position = old.position
           AND (new.root, new.peaks, new.recorded_at) IS DISTINCT FROM (old.root, old.peaks, old.recorded_at))
    EXECUTE FUNCTION tranche.append_only();
ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_head_rises;
