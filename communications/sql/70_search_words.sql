-- What a text is found by: its words; of scripts without spaces every character with the next one; of numbers every ending.
-- The same functions read what is stored and what is asked for, so the two cannot differ. Tags ('channel:7', 'has:image', '#1701')
-- hold a sign that no word has.

-- Names and file names as unipile/payloads/text.py makes the text of messages: without case and accents.
CREATE OR REPLACE FUNCTION landline_search_text(original text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(original) = length(original) THEN lower(original)
    ELSE replace(replace(lower(regexp_replace(normalize(original, NFKD),
        '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u094d\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a]',
        '', 'g')), 'ß', 'ss'), 'ς', 'σ')
END;

-- Words with spaces between them, and letters that no decomposition makes plain (đ, ł, ø) plain. A run of a script without spaces becomes
-- its pairs and, at the end, its last character alone: any part of it is then a row of pairs, and any one character the beginning of a
-- pair.
CREATE OR REPLACE FUNCTION landline_search_spaced_script(searched text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    spaced text;
BEGIN
    spaced := translate(regexp_replace(searched,
        '[!-/:-@[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u060c\u061b\u061f\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u30fb]',
        ' ', 'g'), 'đłøħŧı', 'dlohti');
    IF spaced !~ '[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]' THEN
        RETURN spaced;
    END IF;
    RETURN (
        SELECT string_agg(coalesce(piece.part[2], pairs.joined), ' ' ORDER BY piece.place)
        FROM regexp_matches(spaced,
            '([\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|([^\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)',
            'g') WITH ORDINALITY AS piece (part, place)
        LEFT JOIN LATERAL (
            SELECT string_agg(pair.letters, ' ' ORDER BY pair.place) AS joined
            FROM (
                SELECT letter.place, letter.sign || coalesce(lead(letter.sign) OVER (ORDER BY letter.place), '') AS letters
                FROM unnest(string_to_array(piece.part[1], NULL)) WITH ORDINALITY AS letter (sign, place)
            ) AS pair
        ) AS pairs ON piece.part[1] IS NOT NULL
    );
END
$$;

-- The same of any text: one of ASCII, as most are, needs no call.
CREATE OR REPLACE FUNCTION landline_search_spaced(searched text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(searched) = length(searched) THEN regexp_replace(searched, '[!-/:-@[-`{-~]', ' ', 'g')
    ELSE landline_search_spaced_script(searched)
END;

-- The endings of at least four digits of every number of at least six, however it is written: a number is found by any ending's
-- beginning, so that a trunk zero or a country's code more or less does not matter.
CREATE OR REPLACE FUNCTION landline_search_numbers(searched text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF searched !~ '[0-9](?:[ ./()-]{0,3}[0-9]){5}' THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT '#' || substr(written.digits, place)
        FROM (
            SELECT left(regexp_replace(number[1], '[^0-9]', '', 'g'), 20) AS digits
            FROM regexp_matches(left(searched, 20000), '[0-9](?:[ ./()-]{0,3}[0-9]){5,}', 'g') AS number LIMIT 20
        ) AS written, generate_series(1, length(written.digits) - 3) AS place
    );
END
$$;

-- A tsvector holds at most 1 MB: 50,000 characters stay below it in any script, and no delivery fails for its length.
CREATE OR REPLACE FUNCTION landline_search_vector(searched text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple', landline_search_spaced(left(searched, 50000)))
        || array_to_tsvector(landline_search_numbers(searched))
$$;

-- The words of something asked for, in their order.
CREATE OR REPLACE FUNCTION landline_search_lexemes(searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(word.lexeme ORDER BY place), '{}')
    FROM unnest(to_tsvector('pg_catalog.simple', landline_search_spaced(searched))) AS word, unnest(word.positions) AS place
$$;
