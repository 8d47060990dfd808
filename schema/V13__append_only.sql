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
