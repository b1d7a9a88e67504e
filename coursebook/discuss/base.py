"""What every activity shares: a frame with instructions, controls that save, a line of status."""

from __future__ import annotations

import html

import ipywidgets as widgets

from coursebook.responses import mine

made: list[Activity] = []  # the activities of this kernel, in order; the printed edition reads them
WIDE = widgets.Layout(width="96%", max_width="760px")
LIVE = "coursebook-live"
# Widgets set their text as far apart as labels, and smaller than the lesson's.
SET = "<style>.coursebook-text .widget-html-content{font-size:14px;line-height:1.45}</style>"
TAKE_PART = (
    "<i>To take part, press Shift+Enter from the top of the lesson down to here. What you type is saved.</i>"
)
LABELLED = {"description_width": "initial"}


class Activity:
    """An activity of a lesson: title, minutes, what to do, controls, and when it was saved.

    Args:
        title: a few words.
        task: what to decide, write down and say aloud; plain text.
        minutes: minutes in class.
        key: the start of the keys under which answers are kept, such as ``02.newsroom``.
    """

    def __init__(self, title: str, task: str, minutes: int, key: str):
        """Set up an activity without controls."""
        self.title, self.task, self.minutes, self.key = title, task, minutes, key
        self.answers = mine()
        self.fields: dict[str, widgets.Widget] = {}
        self.status = widgets.HTML(self._status_html(self.answers.message))
        self.children: list[widgets.Widget] = []
        self.cards: list[str] = []
        self.teachers_key = ""
        self.screen_only = False
        made.append(self)

    def on_paper(self, cards: list[str] = (), key: str = "") -> None:
        """Keep what the printed edition needs beside the sheet.

        Args:
            cards: HTML of each card to cut out.
            key: HTML of what a button would show, for the teacher.
        """
        self.cards, self.teachers_key = list(cards), key

    def add(self, *controls: widgets.Widget) -> None:
        """Add controls below those that are there."""
        self.children.extend(controls)

    def saved(self, control: widgets.Widget, name: str) -> widgets.Widget:
        """Fill a control with what was kept before, and keep every change from now on.

        Args:
            control: a widget with a ``value`` of text or number.
            name: the last part of its key, unique in this activity.

        Returns:
            The same control.
        """
        self.fields[name] = control
        kept = self.answers.get(f"{self.key}.{name}")
        if kept is not None:
            try:
                control.value = kept
            except Exception:  # an option that no longer exists: the old answer stays in the file
                self.status.value = self._status_html(f"Kept from before, no longer offered: {kept}.")
        control.observe(lambda change: self.keep(name), "value")
        return control

    def keep(self, name: str) -> None:
        """Keep what a control shows, changed or not, with the words that the learner saw.

        Args:
            name: the last part of its key, as :meth:`saved` took it.
        """
        control = self.fields[name]
        label = getattr(control, "label", None)
        shown = label if isinstance(label, str) and control.value and label != control.value else ""
        said = self.answers.put(
            f"{self.key}.{name}",
            control.value,
            activity=self.title,
            asked=control.description,
            shown=shown,
        )
        self.status.value = self._status_html(said)

    @staticmethod
    def _status_html(message: str) -> str:
        loud = "color:#a00;font-weight:bold" if message.startswith("NOT") else "color:#555"
        return f'<div role="status" style="font-size:0.9em;{loud}">{html.escape(message)}</div>'

    def fallback(self) -> str:
        """Return what stands here before the cell is run: title, minutes, task."""
        return (
            f'<div style="border-left:5px solid #0072B2;padding:4px 12px;max-width:760px">'
            f"<b>{html.escape(self.title)}</b> ({self.minutes} minutes)<br>{html.escape(self.task)}<br>"
            f"{TAKE_PART}</div>"
        )

    def box(self) -> widgets.VBox:
        """Return the widget itself."""
        head = widgets.HTML(
            f'{SET}<div style="border-left:5px solid #0072B2;padding:2px 12px"><b>{html.escape(self.title)}</b> '
            f"({self.minutes} minutes)<br>{html.escape(self.task)}</div>"
        )
        return widgets.VBox([head, *self.children, self.status]).add_class("coursebook-text")

    def _repr_mimebundle_(self, **options) -> dict:
        bundle = self.box()._repr_mimebundle_(**options)
        bundle["text/html"] = self.fallback()
        bundle["text/plain"] = f"Activity: {self.title}. {self.task}"
        return bundle


def text_area(label: str, hint: str = "", rows: int = 3) -> widgets.Textarea:
    """Return a text field with a name for screen readers, sending every key stroke."""
    return widgets.Textarea(
        description=label, placeholder=hint, rows=rows, layout=WIDE, style=LABELLED, continuous_update=True
    )


def choice(label: str, options: list, empty: str = "choose") -> widgets.Dropdown:
    """Return a list to choose from; its first entry means no choice yet.

    Args:
        label: the name of the control.
        options: texts, or pairs of text and value.
        empty: the text of the first entry.
    """
    pairs = [option if isinstance(option, tuple) else (option, option) for option in options]
    return widgets.Dropdown(
        description=label, options=[(f"({empty})", ""), *pairs], value="", style=LABELLED, layout=WIDE
    )


def number(label: str, low: int, high: int, value: int | None = None) -> widgets.BoundedIntText:
    """Return a field for a whole number between two bounds."""
    return widgets.BoundedIntText(
        description=label,
        min=low,
        max=high,
        value=low if value is None else value,
        style=LABELLED,
        layout=widgets.Layout(width="320px"),
        continuous_update=True,
    )


def button(label: str, act) -> widgets.Button:
    """Return a button that calls ``act()``."""
    pressed = widgets.Button(description=label, layout=widgets.Layout(width="auto", align_self="flex-start"))
    pressed.on_click(lambda _: act())
    return pressed


def panel(body: str = "", live: bool = False) -> widgets.HTML:
    """Return an area for output; set its ``value`` in an observer.

    Args:
        body: HTML that stands there from the start.
        live: whether it only answers what is typed, so that paper can do without it.
    """
    shown = widgets.HTML(body, layout=widgets.Layout(width="98%"))
    if live:
        shown.add_class(LIVE)
    return shown


def page_html(shown) -> str:
    """Return the HTML of a map, chart or table for a panel."""
    return shown._repr_mimebundle_()["text/html"]
