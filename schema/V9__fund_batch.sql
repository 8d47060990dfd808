-- How the append moves the funds of a batch. None of these functions is the application's to call.

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

-- Moves the funds of a batch. p_funds: an array, in the order of the acts, of
--   {"first_share"?, "gate"?}                               parameters, which hold from there on;
--   {"pilot", "cap_kind", "cap", "recognition_year"}        positions to open;
--   {"pilot", …}                                            moves (see fund_move).
-- p_first_share, p_gate: those in force before the batch; the head is left with those in force after it.
--
-- Positions are opened first. Then, between one change of the parameters and the next, every pilot's first
-- move, then every pilot's second, …: in order for each.
CREATE FUNCTION tranche.fund_batch(p_ledger bigint, p_first_share numeric, p_gate text, p_funds jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_round record;
    v_share numeric := p_first_share;
    v_gate  text := p_gate;
BEGIN
    PERFORM fund_open(p_ledger, p_funds);
    FOR v_round IN
        SELECT r.round, jsonb_agg(r.act) AS acts
          FROM (SELECT s.act, s.segment, CASE WHEN s.act ? 'pilot'
                       THEN row_number() OVER (PARTITION BY s.segment, s.act ->> 'pilot' ORDER BY s.n)
                       ELSE 0 END AS round
                  FROM (SELECT a.act, a.n,
                               count(*) FILTER (WHERE NOT a.act ? 'pilot') OVER (ORDER BY a.n) AS segment
                          FROM jsonb_array_elements(p_funds) WITH ORDINALITY AS a(act, n)
                         WHERE NOT a.act ? 'cap_kind') s) r
         GROUP BY r.segment, r.round ORDER BY r.segment, r.round
    LOOP
        IF v_round.round = 0 THEN
            v_share := coalesce((v_round.acts #>> '{0,first_share}')::numeric, v_share);
            v_gate := coalesce(v_round.acts #>> '{0,gate}', v_gate);
        ELSE
            PERFORM fund_move(p_ledger, v_share, v_gate, v_round.acts);
        END IF;
    END LOOP;
    IF (v_share, v_gate) IS DISTINCT FROM (p_first_share, p_gate) THEN
        UPDATE ledger l SET first_share = v_share, gate = v_gate WHERE l.id = p_ledger;
    END IF;
END
$$;
ALTER FUNCTION tranche.fund_batch(bigint, numeric, text, jsonb) OWNER TO tranche_writer;

-- Says which pilot of a refused batch breaks which rule, by moving the funds again one act at a time, in
-- order. Called when all of the batch is undone already; always raises.
CREATE FUNCTION tranche.fund_culprit(p_ledger bigint, p_funds jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_fund  jsonb;
    v_share numeric;
    v_gate  text;
    v_rule  text;
BEGIN
    SELECT l.first_share, l.gate INTO v_share, v_gate FROM ledger l WHERE l.id = p_ledger;
    FOR v_fund IN SELECT value FROM jsonb_array_elements(p_funds) LOOP
        PERFORM fund_batch(p_ledger, v_share, v_gate, jsonb_build_array(v_fund));
        CONTINUE WHEN v_fund ? 'pilot';
        v_share := coalesce((v_fund ->> 'first_share')::numeric, v_share);
        v_gate := coalesce(v_fund ->> 'gate', v_gate);
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
ALTER FUNCTION tranche.fund_culprit(bigint, jsonb) OWNER TO tranche_writer;
