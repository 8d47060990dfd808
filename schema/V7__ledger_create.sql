-- Makes the head of an empty ledger and answers its id; made before: answers the same id. An empty tree's
-- root is the SHA-256 of nothing (RFC 6962, 2.1), and it has no peaks. LG006 where the head is gone and the
-- entries are there: a new head would begin another history over them.
CREATE FUNCTION tranche.ledger_create(p_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_ledger bigint := ledger_id(p_name);
    v_name   text;
BEGIN
    PERFORM FROM event e
     WHERE e.ledger = v_ledger AND NOT EXISTS (SELECT FROM ledger l WHERE l.id = v_ledger) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'LG006', MESSAGE = 'ledger head', DETAIL = p_name,
            HINT = 'The head of the ledger is gone while its entries are there: restore it from a backup.';
    END IF;
    INSERT INTO ledger (id, name, position, root, peaks)
    VALUES (v_ledger, p_name, 0, sha256(''::bytea), ''::bytea)
    ON CONFLICT (id) DO NOTHING;

    -- Two names of one id: so unlikely that it will not happen, and it must not pass unseen if it does.
    SELECT l.name INTO v_name FROM ledger l WHERE l.id = v_ledger;
    IF v_name IS DISTINCT FROM p_name THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'ledger name',
            DETAIL = format('%s has the id of %s', p_name, v_name), HINT = 'Choose another name.';
    END IF;
    RETURN v_ledger;
EXCEPTION WHEN integrity_constraint_violation THEN
    RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'ledger name', DETAIL = p_name,
        HINT = 'A ledger''s name is 1 to 100 characters, no space, no "+".';
END
$$;
ALTER FUNCTION tranche.ledger_create(text) OWNER TO tranche_writer;
