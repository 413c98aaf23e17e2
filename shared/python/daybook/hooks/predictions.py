"""Which model gave an answer, and to what: told by the answer itself, by a column of it, or by the classes in it.

An answer is known for as long as it lives: by its identity, and, where it is a part of an array (the column of one
class), by its place in the memory of that array, which the part keeps alive.
"""

import sys
import weakref
from collections import OrderedDict
from typing import Any, Callable, List, Optional, Tuple

from . import fits

MOST_KNOWN = 1000
MOST_COMPARED = 8
"""Answers that classes are compared with, the latest ones."""
COMPARED_NUMBERS = 200_000
COMPARED_TEXTS = 20_000


class Prediction:
    """What a model said to some data, by one of its methods."""

    def __init__(self, fit: fits.Fit, data: Any, method: str, classes: Any) -> None:
        self.fit = fit
        self.method = method
        self.classes = classes
        self.column: Optional[int] = None
        """Which column of the answer it is; None: all of it."""
        self._data = _reference(data)

    def data(self) -> Any:
        """What the model answered to; None if that is gone."""
        return None if self._data is None else self._data()

    def of_column(self, column: int) -> "Prediction":
        """One column of it."""
        part = Prediction(self.fit, self.data(), self.method, self.classes)
        part.column = column
        return part

    def as_classes(self) -> "Prediction":
        """The likeliest classes in it, as `predict` would have said them."""
        return Prediction(self.fit, self.data(), "predict", self.classes)


class _Array:
    """Where an answer lies in the memory that it is made of."""

    def __init__(self, answer: Any, owner: Any, prediction: Prediction) -> None:
        self.owner = weakref.ref(owner)
        self.prediction = prediction
        self.type = answer.dtype
        self.place, self.shape, self.strides = _layout(answer)

    def part(self, array: Any) -> Optional[Prediction]:
        """What `array`, which lies in the same memory, is of the answer."""
        place, shape, strides = _layout(array)
        if array.dtype != self.type or shape[:1] != self.shape[:1]:
            return None
        if (place, shape, strides) == (self.place, self.shape, self.strides):
            return self.prediction
        if len(shape) != 1 or len(self.shape) != 2 or strides != self.strides[:1]:
            return None
        for column in range(self.shape[1]):
            if place == self.place + column * self.strides[1]:
                return self.prediction.of_column(column)
        return None

    def whole(self) -> Any:
        """The answer, though the object that it was may be gone; None if its memory is."""
        owner = self.owner()
        if owner is None:
            return None
        import numpy

        try:
            offset = self.place - _layout(owner)[0]
            return numpy.ndarray(self.shape, self.type, owner, offset, self.strides)
        except (BufferError, TypeError, ValueError):
            return None


_answers: "OrderedDict[int, Tuple[Any, Prediction]]" = OrderedDict()
_arrays: "OrderedDict[int, _Array]" = OrderedDict()


def remember(answer: Any, fit: fits.Fit, data: Any, method: str, classes: Any = None) -> None:
    """Notes that the fit's model gave `answer` for `data`; `classes` are the columns of chances."""
    known = _reference(answer)
    if known is None:
        return
    prediction = Prediction(fit, data, method, classes)
    _put(_answers, id(answer), (known, prediction))
    if _is_array(answer):
        owner = answer if answer.base is None else answer.base
        if _is_array(owner):
            _put(_arrays, id(owner), _Array(answer, owner, prediction))


def find(answer: Any) -> Optional[Prediction]:
    """Whose prediction this very object is, or which column of one."""
    known = _answers.get(id(answer))
    if known is not None and known[0]() is answer:
        return known[1]
    if not _is_array(answer) or answer.base is None:
        return None
    array = _arrays.get(id(answer.base))
    return array.part(answer) if array is not None and array.owner() is answer.base else None


def find_classes(says: Any) -> Optional[Prediction]:
    """The prediction of chances whose likeliest classes these are, row for row, if that is so of one model only."""
    numpy = sys.modules.get("numpy")
    values = says.to_numpy() if hasattr(says, "iloc") and hasattr(says, "to_numpy") else says
    if numpy is None or not _is_array(values) or values.ndim != 1:
        return None
    if len(values) > (COMPARED_NUMBERS if values.dtype.kind in "biuf" else COMPARED_TEXTS):
        return None
    found: List[Prediction] = []
    for array in list(_arrays.values())[-MOST_COMPARED:]:
        one = array.prediction
        if one.method != "predict_proba" or array.shape != (len(values), len(one.classes or ())):
            continue
        if _are_classes(numpy, values, array.whole(), one.classes):
            found.append(one)
    if not found or any(one.fit is not found[0].fit or one.data() is not found[0].data() for one in found):
        return None
    return found[0].as_classes()


def _are_classes(numpy: Any, values: Any, chances: Any, classes: Any) -> bool:
    named = numpy.asarray(classes)
    if chances is None or (named.dtype.kind in "biuf") != (values.dtype.kind in "biuf"):
        return False
    if numpy.array_equal(named[chances.argmax(axis=1)], values):
        return True
    # What is exactly as likely as not is mostly taken for the second class where a limit is written by hand.
    return len(named) == 2 and numpy.array_equal(named[(chances[:, 1] >= 0.5).astype(int)], values)


def answer(call: Callable[[], Any], model: Any, data: Callable[[], Any], of: Any = None, method: str = "") -> Any:
    """
    Lets a model answer, and remembers the answer for metrics that are computed from it later.

    `data` tells what it answered to, and is asked only when the answer counts; `of` is the model if calls of
    its own class within this one must be known as such (see `fits.enter`). `method` is scikit-learn's name for
    what is answered; empty where another library decides what it is.
    """
    __tracebackhide__ = True
    outermost = fits.enter(of)
    try:
        result = call()
        fit = fits.fit_of(model) if outermost else None
        if fit is not None:
            fits.finish_quietly(lambda: remember(result, fit, data(), method, _classes_of(model)))
        return result
    finally:
        fits.leave()


def _classes_of(model: Any) -> Any:
    """The classes of a classifier as plain values, in the order of its columns; None where it has none."""
    try:
        classes = model.classes_.tolist()
    except Exception:  # noqa: BLE001 - a regressor, or a property of a foreign class
        return None
    plain = isinstance(classes, list) and all(isinstance(one, (bool, int, float, str)) for one in classes)
    return classes if plain else None


def _layout(array: Any) -> Tuple[int, Tuple[int, ...], Tuple[int, ...]]:
    return array.__array_interface__["data"][0], array.shape, array.strides


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def _reference(value: Any) -> Any:
    try:
        return weakref.ref(value)
    except TypeError:
        return None  # nothing that one can refer to without holding it


def _put(table: "OrderedDict[int, Any]", key: int, value: Any) -> None:
    table[key] = value
    table.move_to_end(key)
    while len(table) > MOST_KNOWN:
        table.popitem(last=False)
