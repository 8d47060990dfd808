-- The second wall: each pilot's sums, moved by the append itself, under the rules that bound them. An
-- append that breaks one cannot commit, whoever sends it and whatever the program believes.
--
-- All amounts are yuan. Limits are exact products and keep their digits: nothing is rounded into a limit.
--
-- The limits of a release are those of the latest release: an amendment never binds backwards, and an
-- allocation may lawfully be cut below what was released and came back, so a limit moves when a release
-- is judged (fund_move) and stays while nothing is released. NULL before the first, and NULL admits none.
CREATE TABLE tranche.fund_position (
    ledger              bigint        NOT NULL,
    pilot               text          NOT NULL,
    cap_kind            text          NOT NULL,
    -- The cap by which the allocation was last judged; it moves with an allocation act only.
    cap                 numeric(18,2) NOT NULL,
    recognition_year    integer       NOT NULL,
    allocated           numeric(18,2) NOT NULL DEFAULT 0,
    -- U, the cumulative share of the remainder that the latest payout decision unlocks.
    payout_ratio        numeric(5,4)  NOT NULL DEFAULT 0,
    -- R, and the part of it dated in the year of recognition, Ry; both net of reversals.
    released            numeric(18,2) NOT NULL DEFAULT 0,
    released_first_year numeric(18,2) NOT NULL DEFAULT 0,
    assigned            numeric(18,2) NOT NULL DEFAULT 0,
    -- Net of payment reversals.
    paid                numeric(18,2) NOT NULL DEFAULT 0,
    -- Clawback receipts: all, and those of money that was never spent, which alone lower the balance.
    returned            numeric(18,2) NOT NULL DEFAULT 0,
    returned_unspent    numeric(18,2) NOT NULL DEFAULT 0,
    clawback_ordered    numeric(18,2) NOT NULL DEFAULT 0,
    first_year_limit    numeric,
    release_limit       numeric,
    release_ceiling     numeric,

    CONSTRAINT fund_position_pkey PRIMARY KEY (ledger, pilot),
    -- A pilot stands in a ledger. Few rows are ever inserted, so the look-up costs nothing here.
    CONSTRAINT fund_position_ledger FOREIGN KEY (ledger) REFERENCES tranche.ledger (id),
    CONSTRAINT fund_position_cap_kind CHECK (cap_kind IN ('national_zone', 'other', 'joint')),
    CONSTRAINT fund_position_year CHECK (recognition_year BETWEEN 1 AND 9999),

    -- 四(一) The caps, by the kind frozen at recognition.
    CONSTRAINT "CAP-01" CHECK (cap_kind <> 'national_zone' OR allocated <= cap),
    CONSTRAINT "CAP-02" CHECK (cap_kind <> 'other' OR allocated <= cap),
    CONSTRAINT "CAP-03" CHECK (cap_kind <> 'joint' OR allocated <= cap),
    -- A cut keeps to what is out and not back. (It keeps to what is assigned too: "USE-05 assigned".)
    -- Where it is a release that goes too far, TR-04 below is broken, and is the one to say so.
    CONSTRAINT "CAP-04" CHECK (
        released > coalesce(release_ceiling, 0) OR allocated >= released - returned),

    -- 四(一) In the year of recognition no more than the first share.
    CONSTRAINT "TR-01" CHECK (released_first_year <= coalesce(first_year_limit, 0)),
    -- 四(一) The rest as the payout decision unlocks it.
    CONSTRAINT "TR-02" CHECK (released <= coalesce(release_limit, 0)),
    -- Never more than the allocation; receipts of clawbacks give no room back, reversals do.
    CONSTRAINT "TR-04" CHECK (released <= coalesce(release_ceiling, 0)),

    -- 四(二) Assigned from the allocation; paid from what is assigned, and from money that came.
    CONSTRAINT "USE-05 assigned" CHECK (assigned <= allocated),
    CONSTRAINT "USE-05 paid" CHECK (paid <= assigned),
    CONSTRAINT "USE-05 balance" CHECK (released - paid - returned_unspent >= 0),

    -- 五(五) Ordered back no more than was released; received no more than was ordered.
    CONSTRAINT "SAN-03 ordered" CHECK (clawback_ordered <= released),
    CONSTRAINT "SAN-03 returned" CHECK (returned <= clawback_ordered),

    -- 五(五) A payout decision is a share.
    CONSTRAINT "TR-07" CHECK (payout_ratio BETWEEN 0 AND 1),
    -- FORM-01: no amount is negative, so no sum is; and a part is no more than its whole.
    CONSTRAINT "FORM-01" CHECK (
        cap >= 0 AND allocated >= 0 AND assigned >= 0 AND paid >= 0 AND clawback_ordered >= 0
        AND released_first_year >= 0 AND released >= released_first_year
        AND returned_unspent >= 0 AND returned >= returned_unspent)
)
-- Moved by nearly every batch, and no moved column is indexed: room on the page keeps it HOT.
WITH (fillfactor = 50);
ALTER TABLE tranche.fund_position OWNER TO tranche_owner;
