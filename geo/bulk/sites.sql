-- Events (see geo/events) to discs: one for each event and class of radius, and the sites that they
-- come down to. $radii: the classes' radii in km, NaN for an event's radius by its type, where an
-- event without one gets $default_km. An event with a radius of its own keeps it in every class. A
-- coarse position is counted within the radius that it is known to, if that is larger.
CREATE TABLE discs AS
SELECT
    events.event_no,
    groups.group_no,
    classes.class_no,
    events.lon,
    events.lat,
    coalesce(
        events.radius_km,
        CASE WHEN isnan(classes.asked_km)
            THEN coalesce(events.type_radius_km, $default_km)
            ELSE classes.asked_km
        END
    ) AS shown_km,
    greatest(shown_km, events.precision_km) AS reach_km
FROM (SELECT *, row_number() OVER (ORDER BY number) - 1 AS event_no FROM events) AS events
JOIN groups ON groups.label IS NOT DISTINCT FROM events.by_group
CROSS JOIN (SELECT unnest($radii) AS asked_km, unnest(range(len($radii))) AS class_no) AS classes;

-- one for all discs of a class (and, in a union by groups, of a group) with the same place and reach
CREATE TABLE sites AS
SELECT
    row_number() OVER (ORDER BY class_no, site_group, lon, lat, reach_km) - 1 AS site_no,
    class_no, site_group, lon, lat, reach_km, discs
FROM (
    SELECT
        class_no, CASE WHEN $apart THEN group_no ELSE 0 END AS site_group, lon, lat, reach_km,
        count(*) AS discs
    FROM discs
    GROUP BY class_no, site_group, lon, lat, reach_km
)
