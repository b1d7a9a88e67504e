"""Maps: nothing asked of the network, small, drawn where things are."""

import html
import json
import re

import folium
import pandas as pd
import pytest
from shapely.geometry import shape
from xstatic.pkg import leaflet

from coursebook import maps
from coursebook.data import DataError, table


def leaflet_bytes():
    return sum(len((maps.LEAFLET / name).read_bytes()) for name in ("leaflet.js", "leaflet.css"))


def some_map(**options):
    return maps.base_map("A map for a test.", bounds=(33, 28, 66, 142), **options)


def test_no_map_asks_for_anything():
    page = some_map().document()
    assert not re.search(r"""<(?:script|img|iframe|link)[^>]*(?:src|href)\s*=\s*["'](?:https?:)?//""", page)
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", page)


def test_a_marker_of_foliums_own_brings_its_picture():
    drawn = some_map()
    maps.pin(50, 30, "a pin of the course").add_to(drawn)
    assert 'iconUrl:"data' not in drawn.document()
    folium.Marker((50, 30)).add_to(folium.FeatureGroup("Layer").add_to(drawn))
    page = drawn.document()
    assert 'iconUrl:"data:image/png;base64,iVBOR' in page and 'L.Icon.Default.imagePath=""' in page


def test_a_map_is_hardly_more_than_leaflet_and_its_outlines():
    bounds = (33, 28, 66, 142)
    drawn = some_map()
    outlines = len(json.dumps(maps.clip("countries_110m", maps._frame(bounds, 460, 180))))
    assert len(drawn.document()) / (leaflet_bytes() + outlines) <= 1.2


def test_a_close_up_carries_only_its_frame():
    near = maps.base_map("Near.", bounds=(50, 34, 52, 37), detail="50m").document()
    whole = json.dumps(maps.outlines("countries_50m"))
    assert len(near) - leaflet_bytes() < len(whole) / 4


def test_outlines_end_at_the_frame():
    frame = (48.0, 30.0, 54.0, 42.0)
    for feature in maps.clip("countries_50m", frame)["features"]:
        west, south, east, north = shape(feature["geometry"]).bounds
        assert west >= 29.99 and east <= 42.01 and south >= 47.99 and north <= 54.01


def test_the_same_map_gives_the_same_bytes():
    assert some_map().document() == some_map().document()


def test_the_frame_is_named_and_noted():
    shown = maps.base_map('A "quoted" <map>.').frame()
    assert '<iframe title="Map. A &quot;quoted&quot; &lt;map&gt;."' in shown
    assert "68/262" in shown


def test_a_country_without_an_outline_is_an_error_and_not_a_gap():
    with pytest.raises(DataError, match="MLT"):
        some_map(fill={"MLT": "#ff0000"})
    assert some_map(fill={"MLT": "#ff0000"}, detail="50m")


def test_a_line_over_the_pacific_stays_whole():
    way = maps.great_circle((37.57, 126.98), (38.9, -77.04))
    steps = [abs(b[1] - a[1]) for a, b in zip(way, way[1:], strict=False)]
    assert max(steps) < 30
    assert max(lat for lat, _ in way) > 60  # over the north, not along the parallel


def test_the_distance_is_that_of_the_ellipsoid():
    at = table("places").set_index("row_id")
    ends = [tuple(at.loc[name, ["lat", "lon"]]) for name in ("vladivostok", "kursk_oblast")]
    assert 6700 < maps.distance_km(*ends) < 6800
    assert maps.distance_km((0, 0), (0, 1)) == pytest.approx(111.32, abs=0.01)


def test_layers_say_what_a_map_holds():
    drawn = some_map()
    group = folium.FeatureGroup("Ports").add_to(drawn)
    maps.pin(43.1, 131.9, "Vladivostok").add_to(group)
    folium.PolyLine([[0, 0], [1, 1]]).add_to(group)
    folium.PolyLine([[0, 0], [1, 2], [3, 3]]).add_to(group)
    assert maps.layers(drawn)["Ports"] == {
        "markers": [(43.1, 131.9)],
        "lines": [((0.0, 0.0), (1.0, 1.0)), ((0.0, 0.0), (3.0, 3.0))],
        "straight": [((0.0, 0.0), (1.0, 1.0))],
        "areas": [],
    }


def test_lines_with_a_stand_in_are_dashed_and_say_so():
    legs, places = table("legs"), table("places")
    sure = maps.account(legs[legs.group_id == "g01"], places, "Seoul", {})
    unsure = maps.account(
        legs[legs.group_id == "g06"], places, "Kyiv", {"Primorsky krai, airfield not named": "vladivostok"}
    )

    def lines(layer):
        return [child for child in layer._children.values() if isinstance(child, folium.PolyLine)]

    assert [line.options.get("dashArray") for line in lines(sure)] == [None] * 3
    assert [line.options.get("dashArray") for line in lines(unsure)] == ["3 9"]
    drawn = some_map()
    sure.add_to(drawn)
    assert ". First group of special forces. Said by NIS" in drawn.document()


def test_popups_escape_what_comes_from_tables():
    events = table("deployment_events").copy()
    events.loc[events.row_id == "ev020", "headline"] = "<script>alert(1)</script>"
    layer = maps.place_pins(table("places"), events, set())
    drawn = some_map()
    layer.add_to(drawn)
    assert "<script>alert" not in drawn.document()


def test_the_leaflet_inside_is_the_package():
    assert leaflet.BASE_DIR in str(maps.LEAFLET)
    assert html.unescape(some_map().frame()).count("L.map(") >= 1


def test_tiles_come_only_when_asked_for_and_name_their_owner():
    assert "L.tileLayer" not in some_map().document()
    page = some_map(tiles="OpenStreetMap").document()
    assert "tile.openstreetmap.org" in page and '"attributionControl": true' in page


def test_a_layer_of_capitals_tells_the_rows_and_escapes_them():
    rows = pd.DataFrame(
        {"row_id": ["x1", "x2", "x3"], "iso3": ["DEU", "DEU", None], "what": ["<b>a</b>", "b", "c"]}
    )
    layer = maps.capitals_layer(table("countries"), rows, "Test", "circle", "green", "what")
    drawn = maps.base_map("test")
    layer.add_to(drawn)
    assert len(maps.layers(drawn)["Test"]["markers"]) == 1
    body = drawn.get_root().render()
    assert "&lt;b&gt;a" in body and "(x2)" in body and "Berlin" in body


def signs(layer):
    """The pins of a layer by their titles: where each is, and the HTML of its sign and label."""
    pins = [child for child in layer._children.values() if isinstance(child, folium.Marker)]
    return {pin.options["title"]: (tuple(pin.location), pin.icon.options["html"]) for pin in pins}


def test_capitals_stand_where_they_are_with_the_signs_and_labels_asked_for():
    countries = table("countries")
    options = {"squares": ["RUS"], "left": ["PRK"], "labels": ["PRK"]}
    drawn = signs(maps.capital_pins(countries, ["PRK", "RUS"], **options))
    assert set(drawn) == {"Pyongyang, North Korea", "Moscow, Russia"}
    (at, pyongyang), (_, moscow) = drawn["Pyongyang, North Korea"], drawn["Moscow, Russia"]
    assert at == maps.capital(countries, "PRK") and at[0] < at[1]
    assert "<circle" in pyongyang and 'class="name left"' in pyongyang and ">Pyongyang<" in pyongyang
    assert "<rect" in moscow and maps.COLOURS["red"] in moscow and "Moscow" not in moscow


def test_capitals_parted_by_a_column_have_a_layer_a_sign_and_a_line_of_the_legend_each():
    rows = pd.DataFrame(
        {"row_id": ["x1", "x2"], "iso3": ["DEU", "FRA"], "state": ["y", "n"], "what": ["a", "b"]}
    )
    drawn = some_map()
    kinds = {"y": "circle green back again", "n": "square red away"}
    more = (("<svg/>", "one <more> line"),)
    maps.capitals_by(drawn, table("countries"), rows, "state", kinds, "what", "Embassies", more=more)
    found = maps.layers(drawn)
    assert len(found["back again"]["markers"]) == len(found["away"]["markers"]) == 1
    legend = next(child.body for child in drawn._children.values() if child._name == "Legend")
    lines = [maps.symbol("circle", maps.COLOURS["green"]) + "back again"]
    lines += [maps.symbol("square", maps.COLOURS["red"]) + "away", "<svg/>one &lt;more&gt; line"]
    assert legend == "<b>Embassies</b>" + "".join(f"<div>{line}</div>" for line in lines)
    body = drawn.get_root().render()
    assert "L.control.layers(" in body and "Paris, France: away" in body


def test_a_label_is_escaped():
    assert "<i>" not in maps.pin(50, 30, "name", label="<i>x").icon.options["html"]


def test_countries_that_mean_something_are_filled_and_regions_are_those_asked_for():
    drawn = some_map(fill={"UKR": "#ff0000"})
    maps.regions(drawn, {"RU-KRS": "Kursk Oblast"})
    assert "#ff0000" in drawn.document() and "#ff0000" not in some_map().document()
    areas = maps.layers(drawn)["map"]["areas"]
    assert [name for name in areas if name.startswith("RU-")] == ["RU-KRS"] and "UKR" in areas


def test_the_world_stands_once_more_beyond_the_date_line_when_asked():
    def eastmost(pacific):
        found = maps.clip("countries_110m", (-50, 100, 75, 300), pacific)["features"]
        return max(shape(feature["geometry"]).bounds[2] for feature in found)

    assert eastmost(False) <= 180 and eastmost(True) > 230


def test_a_bow_pushes_the_middle_north_and_leaves_the_ends():
    plain, bowed = (maps.great_circle((50, 30), (50, 60), bow=bow) for bow in (0, 3))
    assert bowed[0] == plain[0] and bowed[-1] == plain[-1]
    assert bowed[len(bowed) // 2][0] - plain[len(plain) // 2][0] == pytest.approx(3, abs=0.05)


def test_a_place_is_named_in_every_script_once():
    place = pd.Series({"name_en": "Sudzha", "name_ko": "수자", "name_ru": "Суджа", "name_uk": "Суджа"})
    assert maps.names(place) == "Sudzha · 수자 · Суджа"
    assert (
        maps.names(pd.Series({"name_en": "Kyiv", "name_ru": "Киев", "name_uk": "Київ"}))
        == "Kyiv · Киев · Київ"
    )


def told(layer):
    """The popups of a layer's pins and lines as text."""
    children = [c for thing in layer._children.values() for c in thing._children.values()]
    return [popup.html.render() for popup in children if isinstance(popup, folium.Popup)]


def test_a_pin_tells_its_places_and_the_first_rows_about_them():
    places = table("places").head(3).copy()
    places[["lat", "lon"]] = [[50, 30], [50, 30], [60, 40]]
    places["name_en"] = ["Kursk (region)", "Sudzha", "Moscow"]
    here, there, apart = places.row_id
    events = table("deployment_events").head(5).copy()
    events["place_ids"] = [f"{here};{apart}", here, f"{there};{apart}", here, f"{there};{apart}"]
    events[["headline", "issuer"]] = "They <left>", "Seoul"
    events["date_earliest"], events["date_precision"] = pd.Timestamp("2024-10-01"), "month"
    events["reported_on"], events["reported_precision"] = pd.Timestamp("2024-11-05"), "day"
    layer = maps.place_pins(places, events, {here})
    both, other = told(layer)
    assert "Kursk (region)" in both and "Sudzha" in both and "position good to " in both
    assert [row_id in both for row_id in events.row_id] == [True] * 3 + [False] * 2
    assert "and 2 more rows" in both and "more rows" not in other
    fewer, _ = told(maps.place_pins(places, events.head(4), {here}))
    assert "and 1 more row" in fewer and "1 more rows" not in fewer
    assert "2024-10: They &lt;left&gt; (Seoul, reported 2024-11-05; " + events.row_id[0] in other
    labels = [re.findall("<span[^>]*>(.*?)</span>", icon) for _, icon in signs(layer).values()]
    assert labels == [["Kursk"], []]


def test_a_leg_is_told_from_its_start_to_its_end_and_a_line_that_nobody_reported_says_so():
    legs = table("legs").head(4).copy()
    here, there = table("places").row_id.head(2)
    legs["from_place"], legs["to_place"] = "A <b>", "B"
    legs["from_place_id"] = [here, here, here, None]
    legs["to_place_id"] = [there, there, here, there]
    legs["means"] = ["ship", "unknown", "ship", "ship"]
    legs["issuer"], legs["reported_precision"] = "Seoul <i>", "year"
    layer = maps.account(legs, table("places"), "Account", {"A <b>": here})
    lines = [child for child in layer._children.values() if isinstance(child, folium.PolyLine)]
    assert [line.options.get("dash_array") or line.options.get("dashArray") for line in lines] == [
        None,
        maps.DASHED,
        maps.DASHED,
    ]
    sure, unknown, stand_in = told(layer)
    assert "From A &lt;b&gt; to B: by ship" in sure and f"reported {legs.reported_on.iloc[0].year};" in sure
    assert ["nobody reported this way" in words for words in (sure, unknown, stand_in)] == [False, True, True]
    drawn = some_map()
    layer.add_to(drawn)
    assert "<i>:" not in drawn.get_root().render()


def test_what_an_arc_says_is_escaped():
    pair = pd.DataFrame({"from_iso3": ["KOR"], "to_iso3": ["BEL"], "what": ["<script>x"]})
    drawn = maps.base_map("test")
    maps.arcs(table("countries"), pair, "Arcs", "blue", "what").add_to(drawn)
    assert "<script>x" not in drawn.get_root().render()


def test_arcs_join_capitals_and_say_what_they_are():
    rows = pd.DataFrame(
        {"row_id": ["x1"], "from_iso3": ["KOR"], "to_iso3": ["BEL"], "what": ["a partnership"], "w": [5]}
    )
    drawn = maps.base_map("test")
    maps.arcs(table("countries"), rows, "Arcs", "blue", "what", weight="w", style="4 6").add_to(drawn)
    at = table("countries").set_index("iso3")[["capital_lat", "capital_lon"]].round(3)
    assert maps.layers(drawn)["Arcs"]["lines"] == [(tuple(at.loc["KOR"]), tuple(at.loc["BEL"]))]
    body = drawn.get_root().render()
    assert "a partnership (x1)" in body and '"weight": 5.0' in body and "4 6" in body


def test_an_arc_that_sums_up_rows_has_no_id_and_the_legend_shows_its_width():
    pair = pd.DataFrame({"from_iso3": ["KOR"], "to_iso3": ["BEL"], "what": ["3 ties"]})
    drawn = maps.base_map("test")
    maps.arcs(table("countries"), pair, "Arcs", "blue", "what").add_to(drawn)
    body = drawn.get_root().render()
    assert "3 ties" in body and "3 ties (" not in body
    assert 'stroke-width="12"' in maps.dash("#000", width=12) and 'height="16"' in maps.dash("#000", width=12)


def test_only_the_capitals_asked_for_are_named_and_a_frame_has_no_white_edge():
    rows = pd.DataFrame({"row_id": ["x1", "x2"], "iso3": ["DEU", "FRA"], "what": ["a", "b"]})
    layer = maps.capitals_layer(table("countries"), rows, "Test", "frame", "red", "what", ["FRA"], size=20)
    drawn = maps.base_map("test")
    layer.add_to(drawn)
    named = [child for child in layer._children.values() if 'class="name' in child.icon.options["html"]]
    assert ["Paris" in pin.options["title"] for pin in named] == [True]
    assert 'stroke="none"' in maps.symbol("frame", "#000")


def test_the_legend_of_places_and_ways_shows_the_signs_that_are_drawn():
    drawn = maps.base_map("test")
    maps.key_to(drawn, ["hospital", "train", "unknown"], "Read me")
    body = drawn.get_root().render()
    for words in ("Read me", "hospital", "by train", "an end or the means not reported", maps.DASHED):
        assert words in body
    assert "by ship" not in body and body.index("hospital") < body.index("by train")
