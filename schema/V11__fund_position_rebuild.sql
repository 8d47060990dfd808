-- Makes every fund position of a ledger again, in SQL, from its entries' JSON alone: neither the program's
-- code nor the columns beside the entries have a say. So the application may call it without being able
-- to put in a figure of its own. Appends wait meanwhile; reads go on.
--
-- Two passes. The acts that limits rest on are few and are folded in order, through fund_move, so that
-- each limit comes out as the append left it. Assignments and payments are many and move no limit: they
-- are added up at the end.
CREATE FUNCTION tranche.fund_position_rebuild(p_ledger bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_act      record;
    v_data     jsonb;
    v_share    numeric;
    v_gate     text;
    v_caps     jsonb := '{}';  -- cap kind → cap in force
    v_areas    jsonb := '{}';  -- area code → [kind, level]
    v_members  jsonb := '{}';  -- application → its members' codes
    v_releases jsonb := '{}';  -- release → its move
    v_move     jsonb;
    v_kind     text;
BEGIN
    PERFORM FROM ledger l WHERE l.id = p_ledger FOR NO KEY UPDATE;
    DELETE FROM fund_position f WHERE f.ledger = p_ledger;

    FOR v_act IN
        SELECT x.j ->> 'type' AS type, (x.j ->> 'on')::date AS business_date, x.j -> 'data' AS data
          FROM event e CROSS JOIN LATERAL (SELECT convert_from(e.entry, 'UTF8')::jsonb AS j OFFSET 0) x
         WHERE e.ledger = p_ledger
           AND x.j ->> 'type' IN (
               'ProgrammeOpened', 'ProgrammeAmended', 'AreaRegistered', 'ApplicationSubmitted',
               'PilotRecognised', 'FundsAllocated', 'AllocationAdjusted', 'TrancheReleased',
               'ReleaseReversed', 'PayoutDecided', 'ClawbackOrdered', 'ClawbackReceived')
         ORDER BY e.position
    LOOP
        v_data := v_act.data;
        v_move := NULL;
        CASE v_act.type
        WHEN 'ProgrammeOpened' THEN
            v_share := (v_data #>> '{rules,first_share}')::numeric;
            v_gate := v_data #>> '{rules,gate}';
            v_caps := v_data #> '{rules,cap}';
            SELECT coalesce(jsonb_object_agg(a ->> 'code', jsonb_build_array(a -> 'kind', a -> 'level')), '{}') INTO v_areas
              FROM jsonb_array_elements(coalesce(v_data -> 'areas', '[]')) AS a;
        WHEN 'ProgrammeAmended' THEN
            v_share := coalesce((v_data -> 'changes' ->> 'first_share')::numeric, v_share);
            v_gate := coalesce(v_data -> 'changes' ->> 'gate', v_gate);
            SELECT v_caps || coalesce(jsonb_object_agg(substr(c.key, 5), c.value), '{}') INTO v_caps
              FROM jsonb_each(v_data -> 'changes') AS c WHERE c.key LIKE 'cap.%';
        WHEN 'AreaRegistered' THEN
            v_areas := v_areas || jsonb_build_object(v_data ->> 'area',
                jsonb_build_array(v_data -> 'kind', v_data -> 'level'));
        WHEN 'ApplicationSubmitted' THEN
            v_members := v_members || jsonb_build_object(v_data ->> 'application', v_data -> 'members');
        WHEN 'PilotRecognised' THEN
            v_kind := fund_cap_kind(v_areas, v_members -> (v_data ->> 'application'));
            INSERT INTO fund_position (ledger, pilot, cap_kind, cap, recognition_year)
            VALUES (p_ledger, v_data ->> 'pilot', v_kind, (v_caps ->> v_kind)::numeric,
                    extract(year FROM v_act.business_date)::integer);
        WHEN 'FundsAllocated', 'AllocationAdjusted' THEN
            SELECT jsonb_build_object('cap', v_caps -> f.cap_kind, 'allocated',
                       coalesce(v_data ->> 'amount', v_data ->> 'new_amount')::numeric - f.allocated)
              INTO v_move
              FROM fund_position f WHERE f.ledger = p_ledger AND f.pilot = v_data ->> 'pilot';
        WHEN 'TrancheReleased' THEN
            SELECT jsonb_build_object('released', v_data -> 'amount', 'released_first_year',
                       CASE WHEN f.recognition_year = extract(year FROM v_act.business_date)
                            THEN v_data -> 'amount' END)
              INTO v_move
              FROM fund_position f WHERE f.ledger = p_ledger AND f.pilot = v_data ->> 'pilot';
            v_releases := v_releases || jsonb_build_object(v_data ->> 'release', v_move);
        WHEN 'ReleaseReversed' THEN
            SELECT jsonb_object_agg(r.key, -r.value::numeric) INTO v_move
              FROM jsonb_each_text(v_releases -> (v_data ->> 'release')) AS r WHERE r.value IS NOT NULL;
        WHEN 'PayoutDecided' THEN
            v_move := jsonb_build_object('payout_ratio', v_data -> 'ratio');
        WHEN 'ClawbackOrdered' THEN
            v_move := jsonb_build_object('clawback_ordered', v_data -> 'amount');
        WHEN 'ClawbackReceived' THEN
            v_move := jsonb_build_object('returned', v_data -> 'amount', 'returned_unspent',
                CASE WHEN v_data ->> 'source' = 'unspent' THEN v_data -> 'amount' END);
        END CASE;
        IF v_move IS NOT NULL THEN
            v_move := v_move || jsonb_build_object('pilot', v_data -> 'pilot');
            PERFORM fund_move(p_ledger, v_share, v_gate, jsonb_build_array(v_move));
        END IF;
    END LOOP;

    -- The latest sum assigned to each project, and the payments that stand.
    WITH act AS MATERIALIZED (
        SELECT e.position, x.j ->> 'type' AS type, x.j #>> '{data,pilot}' AS pilot,
               x.j #>> '{data,project}' AS project, x.j #>> '{data,payment}' AS payment,
               coalesce(x.j #>> '{data,new_amount}', x.j #>> '{data,amount}')::numeric AS amount
          FROM event e CROSS JOIN LATERAL (SELECT convert_from(e.entry, 'UTF8')::jsonb AS j OFFSET 0) x
         WHERE e.ledger = p_ledger
           AND x.j ->> 'type' IN (
               'ProjectAssigned', 'AssignmentChanged', 'PaymentRecorded', 'PaymentReversed')
    ), assigned AS MATERIALIZED (
        SELECT latest.pilot, sum(latest.amount) AS amount
          FROM (SELECT DISTINCT ON (a.pilot, a.project) a.pilot, a.amount
                  FROM act a WHERE a.type IN ('ProjectAssigned', 'AssignmentChanged')
                 ORDER BY a.pilot, a.project, a.position DESC) latest
         GROUP BY latest.pilot
    ), paid AS MATERIALIZED (
        SELECT a.pilot, sum(a.amount) AS amount
          FROM act a
         WHERE a.type = 'PaymentRecorded'
           AND a.payment NOT IN (SELECT r.payment FROM act r WHERE r.type = 'PaymentReversed')
         GROUP BY a.pilot
    )
    UPDATE fund_position f
       SET assigned = coalesce((SELECT s.amount FROM assigned s WHERE s.pilot = f.pilot), 0),
           paid = coalesce((SELECT s.amount FROM paid s WHERE s.pilot = f.pilot), 0)
     WHERE f.ledger = p_ledger;

    UPDATE ledger l SET first_share = v_share, gate = v_gate WHERE l.id = p_ledger;
END
$$;
ALTER FUNCTION tranche.fund_position_rebuild(bigint) OWNER TO tranche_writer;

-- 四(一) The kind of cap: a joint application whatever its members; a single national zone; any other.
CREATE FUNCTION tranche.fund_cap_kind(p_areas jsonb, p_members jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN jsonb_array_length(p_members) > 1 THEN 'joint'
        WHEN p_areas -> (p_members ->> 0) = '["zone", "national"]' THEN 'national_zone'
        ELSE 'other' END
$$;
ALTER FUNCTION tranche.fund_cap_kind(jsonb, jsonb) OWNER TO tranche_writer;
