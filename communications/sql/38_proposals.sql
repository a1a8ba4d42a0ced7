-- Who might be the same person: two ids whose numbers are one line's in two notations. Only proposed, never applied by itself.

-- A number as its line was called before, or without, the digit that networks and WhatsApp write now with and now without:
-- Brazil's ninth digit of mobiles (Anatel, Resolução 553/2010: 55, area, 9, eight digits from 6 on), Argentina's 9 and Mexico's 1
-- between country and area of mobiles (Argentina: Plan Fundamental de Numeración Nacional; Mexico dropped the 1 in August 2019).
CREATE OR REPLACE FUNCTION landline_line(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN phone ~ '^55[1-9][0-9]9[6-9][0-9]{7}$' THEN left(phone, 4) || substr(phone, 6)
        WHEN phone ~ '^549[0-9]{10}$' THEN '54' || substr(phone, 4)
        WHEN phone ~ '^521[0-9]{10}$' THEN '52' || substr(phone, 4)
        ELSE phone
    END
$$;

CREATE INDEX IF NOT EXISTS attendee_line ON communications_chatattendee (channel_id, landline_line(phone)) WHERE phone <> '';

-- The country code a number begins with (ITU-T E.164 annex: codes are free of prefixes).
CREATE OR REPLACE FUNCTION landline_country_code(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((regexp_match(phone, '^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])'))[1], left(phone, 3))
$$;

-- Attendees who might be this person, each with the reason; those whom somebody keeps apart are left out.
CREATE OR REPLACE FUNCTION landline_person_proposals(root bigint)
RETURNS TABLE (attendee_id bigint, reason text, phone text, other_phone text) LANGUAGE sql STABLE AS $$
    WITH mine AS (
        SELECT held.id, held.channel_id, held.phone FROM communications_chatattendee AS held
        WHERE (held.id = root OR held.same_as_id = root) AND NOT held.is_self
    ), numbers AS (
        SELECT DISTINCT channel_id, phone FROM mine WHERE phone <> ''
    ), countries AS (
        SELECT DISTINCT channel.id AS channel_id, landline_country_code(substr(own.key, 7)) AS code,
               length(substr(own.key, 7)) AS own_length
        FROM communications_channel AS channel, unnest(channel.own_identities) AS own (key)
        WHERE channel.id IN (SELECT channel_id FROM mine) AND own.key LIKE 'phone:%'
    ), wanted AS (
        SELECT number.channel_id, number.phone, landline_line(number.phone) AS line FROM numbers AS number
        UNION
        SELECT number.channel_id, number.phone, landline_line(form.phone)
        FROM numbers AS number
        JOIN countries AS country ON country.channel_id = number.channel_id
        CROSS JOIN LATERAL (
            -- Written without the country, for one who is written with it; and the other way round.
            SELECT country.code || number.phone AS phone WHERE length(country.code || number.phone) = country.own_length
            UNION ALL
            SELECT country.code || substr(number.phone, 2) WHERE number.phone LIKE '0%'
            UNION ALL
            SELECT unnest(ARRAY['', '0']) || substr(number.phone, length(country.code) + 1)
            WHERE number.phone LIKE country.code || '%' AND length(number.phone) = country.own_length
        ) AS form (phone)
    )
    SELECT DISTINCT ON (coalesce(other.same_as_id, other.id)) other.id,
           CASE
               WHEN other.phone = wanted.phone THEN 'same_number'
               WHEN landline_line(other.phone) <> landline_line(wanted.phone) THEN 'national_form'
               WHEN wanted.phone LIKE '55%' THEN 'brazil_ninth_digit'
               WHEN wanted.phone LIKE '54%' THEN 'argentina_nine'
               ELSE 'mexico_one'
           END,
           wanted.phone, other.phone
    FROM wanted
    JOIN communications_chatattendee AS other
        ON other.channel_id = wanted.channel_id AND landline_line(other.phone) = wanted.line AND other.phone <> ''
    WHERE NOT other.is_self AND coalesce(other.same_as_id, other.id) <> root
      AND NOT EXISTS (
        SELECT FROM communications_persondecision AS decided
        JOIN communications_chatattendee AS one ON one.id = decided.one_id
        JOIN communications_chatattendee AS two ON two.id = decided.other_id
        WHERE decided.verdict = 'different'
          AND (coalesce(one.same_as_id, one.id), coalesce(two.same_as_id, two.id))
              IN ((root, coalesce(other.same_as_id, other.id)), (coalesce(other.same_as_id, other.id), root)))
    ORDER BY coalesce(other.same_as_id, other.id), other.phone = wanted.phone DESC, other.phone, other.id
$$;
