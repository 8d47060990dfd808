-- How the append moves the funds of a batch. Neither function is the application's to call.

-- Opens the fund positions of newly recognised pilots: those of a batch's funds that say a kind of cap.
CREATE FUNCTION tranche.fund_open(p_ledger bigint, p_funds jsonb) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
    INSERT INTO fund_position (ledger, pilot, cap_kind, cap, recognition_year)
    SELECT p_ledger, m.pilot, m.cap_kind, m.cap, m.recognition_year
      FROM jsonb_to_recordset(p_funds) AS m(pilot text, cap_kind text, cap numeric, recognition_year integer)
     WHERE m.cap_kind IS NOT NULL
$$;
ALTER FUNCTION tranche.fund_open(bigint, jsonb) OWNER TO tranche_writer;

-- Says which pilot of a refused batch breaks which rule, by moving the funds again one act at a time, in
-- order. Called when all of the batch is undone already; always raises.
CREATE FUNCTION tranche.fund_culprit(p_ledger bigint, p_first_share numeric, p_gate text, p_funds jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_fund jsonb;
    v_rule text;
BEGIN
    FOR v_fund IN SELECT value FROM jsonb_array_elements(p_funds) LOOP
        PERFORM fund_open(p_ledger, jsonb_build_array(v_fund));
        CONTINUE WHEN v_fund ? 'cap_kind';
        PERFORM fund_move(p_ledger, p_first_share, p_gate, jsonb_build_array(v_fund));
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'fund', DETAIL = p_funds::text,
        HINT = 'The funds break a rule together and none alone.';
EXCEPTION WHEN check_violation THEN
    -- On a distributed table a shard's number hangs on the name.
    GET STACKED DIAGNOSTICS v_rule = CONSTRAINT_NAME;
    v_rule := regexp_replace(v_rule, '_[0-9]+$', '');
    RAISE EXCEPTION USING ERRCODE = 'LG001', MESSAGE = v_rule, DETAIL = v_fund ->> 'pilot',
        HINT = format('The ledger''s second wall: rule %s does not let this batch in.', v_rule);
END
$$;
ALTER FUNCTION tranche.fund_culprit(bigint, numeric, text, jsonb) OWNER TO tranche_writer;
