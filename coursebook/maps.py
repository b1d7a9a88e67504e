"""Folium maps that need no network: Leaflet and country outlines travel inside the page.

Folium's own maps load ten files from four hosts. Here Leaflet comes from the package
XStatic-Leaflet, outlines from ``data/geo``, and no request leaves the page. Outlines follow
United Nations General Assembly resolution 68/262: Crimea is Ukraine.
"""

from __future__ import annotations

import base64
import html
import json
import math
import re
from functools import cache
from pathlib import Path

import folium
import pandas as pd
from branca.element import Element
from folium.template import Template
from geographiclib.geodesic import Geodesic
from shapely import affinity
from shapely.geometry import box, mapping, shape
from xstatic.pkg import leaflet

from coursebook.data import DATA
from coursebook.show import cited, day, how_many

LEAFLET = Path(leaflet.BASE_DIR)
# Okabe and Ito's palette: told apart by readers with any kind of colour vision.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "pink": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#222222",
    "grey": "#767676",
}
OUTLINE_NOTE = (
    "Outlines follow UN General Assembly resolution 68/262 (Crimea is Ukraine); made from Natural "
    "Earth, public domain. Mercator projection: the further north, the larger land looks."
)
SHAPES = {
    "circle": '<circle cx="9" cy="9" r="6.5"/>',
    "square": '<rect x="3" y="3" width="12" height="12"/>',
    "triangle": '<path d="M9 2 L16.5 15.5 L1.5 15.5 Z"/>',
    "diamond": '<path d="M9 1 L17 9 L9 17 L1 9 Z"/>',
    "frame": '<path stroke="none" fill-rule="evenodd" d="M0 0h18v18H0Z M2.4 2.4v13.2h13.2V2.4Z"/>',
    "cross": '<path d="M6.5 2h5v4.5H16v5h-4.5V16h-5v-4.5H2v-5h4.5Z"/>',
}


@cache
def _head() -> str:
    """Leaflet's script and style, and the one call of jQuery that Folium's popups make."""
    css = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    css = re.sub(r"url\(([^)#]+\.png)\)", lambda match: f"url({_picture(match[1])})", css)
    script = (LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    popup = "window.$=h=>{const t=document.createElement('template');t.innerHTML=h.trim();return[t.content.firstChild]};"
    extra = (
        "html,body{height:100%;margin:0}.leaflet-container{background:#dfe9f0;font:13px/1.4 sans-serif}"
        ".pin{background:none;border:0}.pin svg{overflow:visible}.pin:focus{outline:3px solid #000}"
        ".name{position:absolute;left:20px;top:-1px;white-space:nowrap;font:600 12px sans-serif;color:#111;"
        "text-shadow:0 0 3px #fff,0 0 3px #fff,0 0 3px #fff}.name.left{left:auto;right:20px}"
        ".name.up,.name.down{left:50%;transform:translateX(-50%);top:-17px}.name.down{top:19px}"
        ".name.right.up,.name.right.down,.name.left.up,.name.left.down{left:6px;transform:none}"
        ".name.left.up,.name.left.down{left:auto;right:6px}"
        ".name.none{visibility:hidden}.pin:hover .name.none,.pin:focus .name.none{visibility:visible}"
        ".key{background:#fffffff0;padding:6px 10px;border-radius:4px;box-shadow:0 0 4px #0005;max-width:300px}"
        ".key svg{vertical-align:-3px;margin-right:6px}.leaflet-popup-content{max-height:220px;overflow:auto}"
        ".leaflet-popup-content,.leaflet-control-layers{font-size:12px}.leaflet-tooltip{font:12px sans-serif}"
        "path.leaflet-interactive:focus{outline:none}.leaflet-control-scale-line{font-size:12px}"
        "@media(max-width:700px){.key,.leaflet-control-layers{font-size:11px!important;line-height:1.3}"
        ".key{padding:3px 6px}.name{font-size:11px}}"
    )
    return f"<style>{css}{extra}</style><script>{popup}{script}</script>"


def _picture(name: str) -> str:
    """Return one of Leaflet's pictures as an address that holds the picture itself."""
    path = LEAFLET / name
    return "data:image/png;base64," + (base64.b64encode(path.read_bytes()).decode() if path.exists() else "")


def _plain_markers(element) -> bool:
    """Whether a map holds a ``folium.Marker`` that shows Leaflet's own picture."""
    children = element._children.values()
    plain = isinstance(element, folium.Marker) and not any(
        isinstance(child, (folium.Icon, folium.DivIcon, folium.CustomIcon)) for child in children
    )
    return plain or any(map(_plain_markers, children))


class OfflineMap(folium.Map):
    """A Folium map whose page asks for nothing from outside.

    Shown in a notebook it is a frame with a name for screen readers, a caption and the note on
    outlines. Add Folium layers as usual; leave out ``folium.Icon`` and ``Choropleth``, which
    fetch more files.

    Args:
        caption: what to notice, in one sentence; also the frame's name.
        bounds: ``(south, west, north, east)`` in degrees: the first view.
        height: pixels.
        keep_view: a name; maps that share it keep zoom and centre when one replaces another.
        tiles: None for outlines only, or the name of a tile layer of Folium, such as
            ``"OpenStreetMap"``, when a network may be used: the one case in which a map asks for
            something.
    """

    # Leaflet is put into the head by hand, so Folium must not link its own copies.
    default_js = []
    default_css = []

    def __init__(self, caption, bounds, height=460, keep_view="", tiles=None, **options):
        """Set up an empty map with the first view and a scale."""
        south, west, north, east = bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=tiles,
            control_scale=True,
            zoom_snap=0.25,
            attribution_control=tiles is not None,  # whoever lends tiles is named
            **options,
        )
        self.caption, self.pixels = caption, height
        self.get_root().header.add_child(Element(_head()), name="leaflet")
        self.add_child(_View([[south, west], [north, east]], keep_view))
        self.add_child(_Labels())

    def document(self) -> str:
        """Return the whole page as HTML, with element ids that are the same every time."""
        if _plain_markers(self):
            pin, shadow = _picture("images/marker-icon.png"), _picture("images/marker-shadow.png")
            options = f'{{iconUrl:"{pin}",iconRetinaUrl:"{pin}",shadowUrl:"{shadow}"}}'
            script = f'<script>L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({options})</script>'
            self.get_root().header.add_child(Element(script), name="marker pictures")
        page = re.sub(r"\s*\n\s*", "\n", self.get_root().render())  # Folium's templates indent deeply
        order: dict[str, str] = {}
        for found in re.findall(r"[0-9a-f]{32}", page):
            order.setdefault(found, f"n{len(order)}")
        return re.sub(r"[0-9a-f]{32}", lambda m: order.get(m[0], m[0]), page)

    def _repr_mimebundle_(self, **_) -> dict:
        return {"text/html": self.frame(), "text/plain": f"Map. {self.caption}"}

    def _repr_html_(self, **_) -> str:
        return self.frame()

    def frame(self) -> str:
        """Return the map as an HTML frame with caption and note, for a notebook or a widget."""
        name = html.escape(self.caption, quote=True)
        return (
            f'<figure style="margin:0"><iframe title="Map. {name}" style="width:100%;height:{self.pixels}px;'
            f'border:1px solid #999" srcdoc="{html.escape(self.document(), quote=True)}"></iframe>'
            f'<figcaption style="font-size:0.9em">{html.escape(self.caption)} '
            f'<small style="color:#555">{OUTLINE_NOTE}</small></figcaption></figure>'
        )


class _View(folium.elements.MacroElement):
    """Fit the first view to the frame, whatever its width, until the reader moves the map.

    With a name, what the reader chose is kept in the browser's session, so that a redrawn map
    stays in place.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map, key, bounds) {
            let moved = false;
            function show() {
                map.fitBounds(bounds, {animate: false});
                try {
                    const kept = key && JSON.parse(sessionStorage.getItem(key));
                    if (kept) map.setView(kept.centre, kept.zoom, {animate: false});
                } catch (error) { /* a browser that keeps nothing shows the first view */ }
            }
            function keep() {
                try {
                    sessionStorage.setItem(key, JSON.stringify({centre: map.getCenter(), zoom: map.getZoom()}));
                } catch (error) { /* as above */ }
            }
            for (const act of ['pointerdown', 'wheel', 'keydown'])
                map.getContainer().addEventListener(act, () => { moved = true; }, {capture: true, passive: true});
            if (key) map.on('moveend', () => moved && keep());
            map.on('resize', () => moved || show());
            // A map drawn out of sight has no size yet, and so no view.
            if (map.getSize().x) show();
        })({{ this._parent.get_name() }}, {{ this.key | tojson }}, {{ this.bounds | tojson }});
        {% endmacro %}
    """)

    def __init__(self, bounds: list, key: str):
        super().__init__()
        self._name, self.bounds, self.key = "View", bounds, key


class _Labels(folium.elements.MacroElement):
    """Give every label the first side of its pin that is free, rare signs first; hide it where none is, until asked for."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
            const SIDES = ['right', 'left', 'up', 'down', 'right up', 'right down', 'left up', 'left down'];
            const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
            function place() {
                const frame = map.getContainer().getBoundingClientRect();
                const inside = box => box.left > frame.left && box.right < frame.right && box.top > frame.top && box.bottom < frame.bottom;
                const all = query => [...map.getContainer().querySelectorAll(query)];
                const taken = all('.leaflet-control,.pin svg').map(box => box.getBoundingClientRect());
                const labels = all('.pin .name'), sign = label => label.previousElementSibling.outerHTML;
                const alike = label => labels.filter(other => sign(other) === sign(label)).length;
                for (const label of labels.sort((a, b) => alike(a) - alike(b))) {
                    const first = label.dataset.side;
                    const sides = [first, ...SIDES.filter(side => side !== first), 'none'];
                    for (const side of sides) {
                        label.className = 'name ' + side;
                        const box = label.getBoundingClientRect();
                        if (side === 'none' || !inside(box) || !taken.every(other => apart(box, other))) continue;
                        taken.push(box);
                        break;
                    }
                }
            }
            map.whenReady(() => setTimeout(place, 0));
            map.on('zoomend moveend resize layeradd layerremove', () => setTimeout(place, 0));
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self):
        super().__init__()
        self._name = "Labels"


@cache
def outlines(name: str) -> dict:
    """Return outlines as GeoJSON: ``countries_110m``, ``countries_50m`` or ``russian_regions``."""
    return json.loads((DATA / "geo" / f"{name}.geojson").read_text(encoding="utf-8"))


def clip(name: str, bounds: tuple, pacific: bool = False) -> dict:
    """Return the outlines inside a frame, so that a close-up carries only its own part.

    Args:
        name: as in :func:`outlines`.
        bounds: ``(south, west, north, east)`` in degrees.
        pacific: also draw the world once more east of 180°, for lines that cross the Pacific.
    """
    south, west, north, east = bounds
    frame = box(west, south, east, north)
    features = []
    for feature in outlines(name)["features"]:
        whole = shape(feature["geometry"])
        copies = [whole, affinity.translate(whole, xoff=360)] if pacific else [whole]
        for copy in copies:
            if not copy.intersects(frame):
                continue
            part = copy if frame.contains(copy) else copy.intersection(frame)
            if not part.is_empty:
                features.append(feature | {"geometry": _rounded(mapping(part))})
    return {"type": "FeatureCollection", "features": features}


def _rounded(geometry: dict) -> dict:
    """Two decimals are a kilometre: enough for outlines, and half the bytes."""
    return json.loads(json.dumps(geometry), parse_float=lambda number: round(float(number), 2))


def base_map(
    caption: str,
    bounds: tuple = (-50, -170, 75, 190),
    detail: str = "110m",
    height: int = 460,
    fill: dict[str, str] | None = None,
    pacific: bool = False,
    keep_view: str = "",
    tiles=None,
) -> OfflineMap:
    """Return a neutral map of country outlines; nothing is requested from the network.

    Args:
        caption: what to notice, in one sentence.
        bounds: ``(south, west, north, east)`` in degrees, the first view.
        detail: ``"110m"`` for the world, ``"50m"`` for a region.
        height: pixels.
        fill: colour by iso3 for countries that mean something; the others stay neutral. A code
            without an outline raises DataError instead of vanishing.
        pacific: repeat the world east of 180°.
        keep_view: see :class:`OfflineMap`.
        tiles: a Folium tile layer for readers who are online and ask for one; None by default.
    """
    frame = _frame(bounds, height, 540 if pacific else 180)
    fill = fill or {}
    land = clip(f"countries_{detail}", frame, pacific)
    _all_found(fill, detail)
    drawn = OfflineMap(caption, bounds, height, keep_view, tiles)
    folium.GeoJson(
        land,
        name="countries",
        control=False,
        smooth_factor=0.5,
        style_function=lambda feature: {
            "color": "#8a8a8a",
            "weight": 0.8,
            "fillColor": fill.get(feature["properties"]["iso3"], "#f7f5ef"),
            "fillOpacity": 1,
        },
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    ).add_to(drawn)
    return drawn


def _frame(bounds: tuple, height: int, limit: float) -> tuple:
    """Return what a window of up to 1,600 pixels can show around the first view, in degrees."""
    south, west, north, east = bounds
    middle = math.radians((south + north) / 2)
    wide = max(east - west, (north - south) / math.cos(middle) * 1600 / height) * 0.55
    high = (north - south) * 0.55
    lon = (west + east) / 2
    return (
        max(south - high, -60),
        max(lon - wide, -180),
        min(north + high, 84),
        min(lon + wide, limit),
    )


def _all_found(codes, detail: str) -> None:
    from coursebook.data import DataError

    known = {f["properties"]["iso3"] for f in outlines(f"countries_{detail}")["features"]}
    lost = sorted(set(codes) - known)
    if lost:
        raise DataError(
            f"No outline in countries_{detail} for {', '.join(lost)}. "
            "Use detail='50m', or list these countries under the map."
        )


def regions(drawn: folium.Map, codes: dict[str, str], colour: str = "#b9a98a") -> None:
    """Add Russian regions by ISO 3166-2 code, such as ``{"RU-KRS": "Kursk Oblast"}``."""
    chosen = [f for f in outlines("russian_regions")["features"] if f["properties"]["iso_3166_2"] in codes]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": chosen},
        name="regions",
        control=False,
        style_function=lambda _: {"color": colour, "weight": 1.5, "fillColor": colour, "fillOpacity": 0.25},
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    ).add_to(drawn)


def symbol(kind: str, colour: str, size: int = 18) -> str:
    """Return a small SVG sign: circle, square, triangle, diamond, cross, or a frame around another sign."""
    return (
        f'<svg width="{size}" height="{size}" viewBox="0 0 18 18" aria-hidden="true" fill="{colour}" '
        f'stroke="#fff" stroke-width="1.5">{SHAPES[kind]}</svg>'
    )


def pin(lat, lon, name, popup="", kind="circle", colour="#0072B2", label="", left=False, size=18):
    """Return a marker that the keyboard reaches: a sign, an optional label, a popup.

    Args:
        lat: degrees.
        lon: degrees.
        name: what a screen reader says.
        popup: HTML; escape what comes from a table.
        kind: see :func:`symbol`.
        colour: CSS colour.
        label: a word beside the sign.
        left: try the left of the sign first; a label moves where another one is in its way.
        size: pixels.
    """
    side = "left" if left else "right"
    text = f'<span class="name {side}" data-side="{side}">{html.escape(label)}</span>' if label else ""
    icon = folium.DivIcon(
        html=symbol(kind, colour, size) + text,
        class_name="pin",
        icon_size=(size, size),
        icon_anchor=(size // 2, size // 2),
    )
    box_ = folium.Popup(popup, max_width=320) if popup else None
    return folium.Marker([lat, lon], icon=icon, popup=box_, title=name)


def great_circle(start: tuple, end: tuple, points: int = 0, bow: float = 0) -> list[list[float]]:
    """Return points along the shortest way over the ellipsoid (WGS 84), as ``[lat, lon]``.

    Longitudes run on past 180° instead of jumping, so a line over the Pacific stays whole.

    Args:
        start: ``(lat, lon)`` in degrees.
        end: ``(lat, lon)`` in degrees.
        points: number of pieces; by default one for each 120 km, six at least.
        bow: degrees by which the middle is pushed north, to draw several accounts side by side.
    """
    line = Geodesic.WGS84.InverseLine(*start, *end)
    points = points or max(6, round(line.s13 / 120_000))
    way, last = [], start[1]
    for step in range(points + 1):
        share = step / points
        spot = line.Position(line.s13 * share)
        lon = spot["lon2"] + 360 * round((last - spot["lon2"]) / 360)
        last = lon
        way.append([round(spot["lat2"] + bow * math.sin(math.pi * share), 3), round(lon, 3)])
    return way


def distance_km(start: tuple, end: tuple) -> float:
    """Return the shortest distance over the ellipsoid (WGS 84) in kilometres."""
    return Geodesic.WGS84.Inverse(*start, *end)["s12"] / 1000


def key(drawn: folium.Map, lines: list[tuple[str, str]], title: str = "", at: str = "bottomleft") -> None:
    """Add a legend: ``[(svg sign, words), ...]``; colours never carry the meaning alone.

    Args:
        drawn: the map.
        lines: pairs of a sign (SVG) and what it means.
        title: a heading.
        at: the corner: bottomleft, bottomright, topleft or topright.
    """
    body = "".join(f"<div>{sign}{html.escape(words)}</div>" for sign, words in lines)
    head = f"<b>{html.escape(title)}</b>" if title else ""
    drawn.add_child(_Legend(f"{head}{body}", at))


def dash(colour: str, style: str = "", width: float = 3) -> str:
    """Return a small SVG line for a legend; ``style`` is SVG's dashes, the width is in pixels."""
    high = max(10, math.ceil(width) + 4)
    return (
        f'<svg width="26" height="{high}" aria-hidden="true"><line x1="0" y1="{high // 2 + 1}" x2="26" '
        f'y2="{high // 2 + 1}" stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{style}"/></svg>'
    )


class _Legend(folium.elements.MacroElement):
    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
            const legend = L.control({position: {{ this.at | tojson }}});
            legend.onAdd = () => {
                const box = L.DomUtil.create('div', 'key');
                box.innerHTML = {{ this.body | tojson }};
                return box;
            };
            legend.addTo(map);
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, body: str, at: str):
        super().__init__()
        self._name, self.body, self.at = "Legend", body, at


def names(place: pd.Series) -> str:
    """Return a place's names in English, Korean, Russian and, where it is Ukrainian, Ukrainian."""
    found = [place.get(column) for column in ("name_en", "name_ko", "name_ru", "name_uk")]
    found = [name for name in found if isinstance(name, str)]
    return " · ".join(dict.fromkeys(found))


def layers(drawn: folium.Map) -> dict[str, dict]:
    """Say what a map holds: for every named layer its markers, lines and areas.

    Returns:
        ``{layer name: {"markers": [(lat, lon), ...], "lines": [(start, end), ...], "straight":
        [(start, end), ...], "areas": [id or name, ...]}}``; straight lines are those of two points
        alone; things that lie on the map itself, outside any layer, stand under ``"map"``.
    """
    found: dict[str, dict] = {}

    def look(element, layer: str) -> None:
        for child in element._children.values():
            own = layer
            if isinstance(child, folium.FeatureGroup):
                own = child.layer_name
            seen = found.setdefault(own, {"markers": [], "lines": [], "straight": [], "areas": []})
            if isinstance(child, (folium.Marker, folium.CircleMarker, folium.Circle)):
                seen["markers"].append(_lat_lon(child.location))
            elif isinstance(child, folium.PolyLine):
                spots = _points(child.locations)
                line = (_lat_lon(spots[0]), _lat_lon(spots[-1]))
                seen["lines"].append(line)
                seen["straight"] += [line] if len(spots) == 2 else []
            elif isinstance(child, folium.GeoJson):
                seen["areas"] += [_area_name(area) for area in child.data.get("features", [])]
            if isinstance(child, folium.FeatureGroup):
                look(child, own)

    look(drawn, "map")
    return {name: seen for name, seen in found.items() if any(seen.values())}


def _lat_lon(spot) -> tuple[float, ...]:
    return tuple(round(float(x), 3) for x in spot)


def _points(spots) -> list:
    """Return the points of a line that may be cut in parts, such as at the antimeridian."""
    parted = len(spots) and isinstance(spots[0][0], (list, tuple))
    return [spot for part in spots for spot in part] if parted else list(spots)


def _area_name(area: dict) -> str:
    known = area.get("properties") or {}
    return str(known.get("iso3") or known.get("iso_3166_2") or known.get("name") or area.get("id"))


def capital_pins(countries: pd.DataFrame, codes, squares=(), left=(), labels=None) -> folium.FeatureGroup:
    """Return a layer with a labelled pin for each capital.

    Args:
        countries: the table ``countries``.
        codes: iso3 codes.
        squares: those drawn as a red square instead of a blue circle.
        left: those with the label to the left.
        labels: those with a label at all; all by default.
    """
    layer = folium.FeatureGroup("Capitals")
    for place in countries[countries.iso3.isin(list(codes))].itertuples():
        kind, colour = ("square", "red") if place.iso3 in squares else ("circle", "blue")
        name = f"{place.capital}, {place.name_en}"
        spot = (place.capital_lat, place.capital_lon)
        label = place.capital if labels is None or place.iso3 in labels else ""
        marker = pin(*spot, name, name, kind, COLOURS[colour], label, place.iso3 in left)
        marker.add_to(layer)
    return layer


def capitals_layer(
    countries: pd.DataFrame,
    frame: pd.DataFrame,
    name: str,
    kind: str,
    colour: str,
    words: str,
    label=True,
    left=(),
    size: int = 18,
) -> folium.FeatureGroup:
    """Return a layer with one pin for each capital that occurs in some rows; its popup lists them.

    Args:
        countries: the table ``countries``.
        frame: rows with ``row_id`` and ``iso3``; rows without an iso3 are left out.
        name: of the layer.
        kind: see :func:`symbol`.
        colour: a name in ``COLOURS``.
        words: the column told in the popup.
        label: whether the capital's name stands beside the sign; or the iso3 codes of those named.
        left: iso3 codes of those with the label to the left.
        size: pixels.
    """
    layer = folium.FeatureGroup(name)
    known = countries.set_index("iso3")
    for iso3, here in frame.dropna(subset=["iso3"]).groupby("iso3", sort=False):
        place = known.loc[iso3]
        told = "".join(
            f"<div>{html.escape(str(r[words]))} ({cited(r.row_id)})</div>" for _, r in here.iterrows()
        )
        title = f"{place.capital}, {place.name_en}"
        marker = pin(
            place.capital_lat,
            place.capital_lon,
            f"{title}: {name}",
            f"<b>{html.escape(title)}</b>{told}",
            kind,
            COLOURS[colour],
            place.capital if label is True or (label and iso3 in label) else "",
            iso3 in left,
            size,
        )
        marker.add_to(layer)
    return layer


def capitals_by(
    drawn: folium.Map,
    countries: pd.DataFrame,
    frame: pd.DataFrame,
    column: str,
    signs: dict[str, str],
    words: str,
    title: str,
    left=(),
    more: tuple = (),
    at: str = "bottomleft",
) -> None:
    """Add capitals in one layer for each value of a column, with the switch and the legend.

    Args:
        drawn: the map.
        countries: the table ``countries``.
        frame: as in :func:`capitals_layer`.
        column: the column that parts the rows.
        signs: for each value ``"kind colour what it means"``, such as ``"circle green back"``.
        words: the column told in the popup.
        title: of the legend.
        left: iso3 codes of those with the label to the left.
        more: further lines of the legend, as in :func:`key`.
        at: the corner of the legend.
    """
    lines = []
    for value, sign in signs.items():
        kind, colour, meaning = sign.split(" ", 2)
        here = frame[frame[column] == value]
        capitals_layer(countries, here, meaning, kind, colour, words, left=left).add_to(drawn)
        lines.append((symbol(kind, COLOURS[colour]), meaning))
    key(drawn, [*lines, *more], title, at)
    layer_switch(drawn)


def arcs(
    countries: pd.DataFrame,
    frame: pd.DataFrame,
    name: str,
    colour: str,
    words: str,
    weight: str = "",
    style: str = "",
    bow: float = 0,
) -> folium.FeatureGroup:
    """Return a layer of great circles between capitals, one for each row; each line says what it is.

    Args:
        countries: the table ``countries``.
        frame: rows with ``from_iso3`` and ``to_iso3``; their ``row_id``, if they have one, is told too.
        name: of the layer.
        colour: a name in ``COLOURS``.
        words: the column told when the line is pressed.
        weight: a column with the width of the line in pixels; 2.5 for all by default.
        style: dashes, as in SVG; a full line by default.
        bow: degrees by which the middle is moved, so that layers lie side by side.
    """
    layer = folium.FeatureGroup(name)
    for _, row in frame.iterrows():
        ends = [capital(countries, row.from_iso3), capital(countries, row.to_iso3)]
        told = html.escape(str(row[words])) + (f" ({cited(row.row_id)})" if "row_id" in row else "")
        folium.PolyLine(
            great_circle(*ends, bow=bow),
            color=COLOURS[colour],
            weight=float(row[weight]) if weight else 2.5,
            opacity=0.8,
            dash_array=style or None,
            popup=folium.Popup(told, max_width=320),
            tooltip=told,
        ).add_to(layer)
    return layer


def capital(countries: pd.DataFrame, iso3: str) -> tuple[float, float]:
    """Return ``(lat, lon)`` of a capital in degrees."""
    place = countries.set_index("iso3").loc[iso3]
    return float(place.capital_lat), float(place.capital_lon)


ROLES = {
    "embarkation_port": ("triangle", COLOURS["blue"], "port of embarkation"),
    "transit_port": ("square", COLOURS["blue"], "port or airfield on the way"),
    "border": ("square", COLOURS["grey"], "border crossing"),
    "training_site": ("diamond", COLOURS["green"], "training ground or base"),
    "staging": ("circle", COLOURS["orange"], "region of assembly"),
    "front": ("cross", COLOURS["red"], "front"),
    "hospital": ("circle", COLOURS["pink"], "hospital"),
    "memorial": ("circle", COLOURS["black"], "memorial or ceremony"),
    "other": ("circle", COLOURS["grey"], "other place"),
}
MEANS = {
    "ship": (COLOURS["blue"], "by ship"),
    "aircraft": (COLOURS["orange"], "by aircraft"),
    "train": (COLOURS["green"], "by train"),
    "truck": (COLOURS["red"], "by truck"),
    "unknown": (COLOURS["grey"], "way not reported"),
}
DASHED = "3 9"


def place_pins(places: pd.DataFrame, events: pd.DataFrame, labels: set, left: set = frozenset()):
    """Return a layer with a pin for each place; its popup says who reported what, and when.

    Places that share one point (villages without a coordinate of their own) share one pin.

    Args:
        places: rows of the table ``places``.
        events: rows of ``deployment_events``; those at the place are told in its popup.
        labels: row ids of places whose name is written on the map.
        left: those of them whose name stands to the left.
    """
    layer = folium.FeatureGroup("Places")
    for (lat, lon), here in places.groupby(["lat", "lon"], sort=False):
        first = here.iloc[0]
        kind, colour, words = ROLES[first.role]
        parts = [f"<b>{html.escape(names(place))}</b>" for _, place in here.iterrows()]
        parts.append(f"<i>{words}</i>; position good to {first.precision_km:g} km")
        parts += _told(events, set(here.row_id))
        label = first.name_en.split(" (")[0] if first.row_id in labels else ""
        title = "; ".join(here.name_en)
        marker = pin(lat, lon, title, "<br>".join(parts), kind, colour, label, first.row_id in left)
        marker.add_to(layer)
    return layer


def _told(events: pd.DataFrame, here: set, most: int = 3) -> list[str]:
    at = events[[bool(here & set(str(ids).split(";"))) for ids in events.place_ids]]
    lines = [
        f"{day(e.date_earliest, e.date_precision)}: {html.escape(e.headline)} ({html.escape(e.issuer)}, "
        f"reported {day(e.reported_on, e.reported_precision)}; {cited(e.row_id)})"
        for e in at.head(most).itertuples()
    ]
    more = len(at) - most
    return lines + ([f"and {how_many(more, 'more row')}"] if more > 0 else [])


def account(legs: pd.DataFrame, places: pd.DataFrame, name: str, stand_ins: dict, bow: float = 0):
    """Return a layer with one account of a journey: a line for each leg whose ends can be placed.

    A line is a schematic great circle between two ends, not a way that anybody reported. It is
    dashed where the means is not reported or an end is a stand-in for a place nobody named.

    Args:
        legs: the legs of one ``group_id`` in the table ``legs``.
        places: the table ``places``.
        name: of the layer.
        stand_ins: ``{words in from_place or to_place: row id of a place}``.
        bow: degrees by which the middle is moved, so that accounts lie side by side.
    """
    spots = places.set_index("row_id")
    layer = folium.FeatureGroup(name)
    for leg in legs.itertuples():
        start, start_sure = _end(leg.from_place_id, leg.from_place, stand_ins)
        end, end_sure = _end(leg.to_place_id, leg.to_place, stand_ins)
        if start is None or end is None or start == end:
            continue
        colour, words = MEANS[leg.means]
        sure = start_sure and end_sure and leg.means != "unknown"
        ends = [tuple(spots.loc[spot, ["lat", "lon"]]) for spot in (start, end)]
        folium.PolyLine(
            great_circle(*ends, bow=bow),
            color=colour,
            weight=4 if sure else 3,
            opacity=0.9,
            dash_array=None if sure else DASHED,
            popup=folium.Popup(_leg_words(leg, words, sure), max_width=320),
            tooltip=f"{html.escape(leg.issuer)}: {words}",
        ).add_to(layer)
    return layer


def _end(place_id, words, stand_ins: dict) -> tuple[str | None, bool]:
    if isinstance(place_id, str) and place_id:
        return place_id, True
    return stand_ins.get(words), False


def _leg_words(leg, words: str, sure: bool) -> str:
    vehicle = f" ({leg.vehicle})" if isinstance(leg.vehicle, str) else ""
    reported = day(leg.reported_on, leg.reported_precision)
    text = (
        f"From {leg.from_place} to {leg.to_place}: {words}{vehicle}. {leg.what[:1].upper()}{leg.what[1:]}. "
        f"Said by {leg.issuer}, reported {reported}; rests on: {str(leg.basis).replace('_', ' ')} ({cited(leg.row_id)})."
    )
    return html.escape(text) + ("" if sure else " <i>The line joins two ends; nobody reported this way.</i>")


def layer_switch(drawn: folium.Map) -> None:
    """Add a box in which the layers are switched; it works from the keyboard and without a kernel."""
    folium.LayerControl(collapsed=False).add_to(drawn)


def key_to(drawn: folium.Map, codes: list[str], title: str = "", at: str = "bottomleft") -> None:
    """Add the legend of :func:`place_pins` and :func:`account` for the roles and means that occur.

    Args:
        drawn: the map.
        codes: names in ``ROLES`` or ``MEANS``, such as ``["training_site", "aircraft", "unknown"]``.
        title: a heading.
        at: the corner, as in :func:`key`.
    """
    signs = {role: (symbol(kind, colour), words) for role, (kind, colour, words) in ROLES.items()}
    signs |= {means: (dash(colour), words) for means, (colour, words) in MEANS.items()}
    signs["unknown"] = (dash(MEANS["unknown"][0], DASHED), "an end or the means not reported")
    key(drawn, [signs[code] for code in codes], title, at)
