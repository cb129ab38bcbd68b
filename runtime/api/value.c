/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * value.c: values between C and Python, one way and the other.
 */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/errors.h"
#include "internal.h"

/* As an object, which nobody raises here. */
static PyObject *make_error(int code) {
    gh__raise_os(code);
    return gh__take_error();
}

PyObject *gh__value_to_python(const gh_value_t *value) {
    switch (value->kind) {
    case GH_INT: return PyLong_FromLongLong(value->integer);
    case GH_DOUBLE: return PyFloat_FromDouble(value->number);
    case GH_STRING:
        return PyUnicode_DecodeUTF8(value->data, (Py_ssize_t)value->size, "surrogateescape");
    case GH_BYTES: return PyBytes_FromStringAndSize(value->data, (Py_ssize_t)value->size);
    case GH_OBJECT: return Py_NewRef(value->object);
    case GH_ERROR: return make_error((int)value->integer);
    default: Py_RETURN_NONE;
    }
}

PyObject *gh__values_to_python(const gh_value_t *values, size_t count) {
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *item = gh__value_to_python(&values[i]);
        if (item == NULL)
            Py_CLEAR(tuple);
        else
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, item);
    }
    return tuple;
}

/* Larger ones than 64 bits stay objects. */
static gh_value_t from_int(PyObject *object) {
    int overflow = 0;
    long long integer = PyLong_AsLongLongAndOverflow(object, &overflow);
    return overflow != 0 ? gh_object(object) : gh_int(integer);
}

static bool from_string(PyObject *object, gh_value_t *value) {
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(object, &size);
    *value = gh_make(GH_STRING, 0, 0, data, (size_t)size, NULL);
    return data != NULL;
}

bool gh__value_from_python(PyObject *object, gh_value_t *value) {
    if (PyUnicode_Check(object)) return from_string(object, value);
    if (object == Py_None)
        *value = gh_none();
    else if (PyLong_Check(object))
        *value = from_int(object);
    else if (PyFloat_Check(object))
        *value = gh_double(PyFloat_AS_DOUBLE(object));
    else if (PyBytes_Check(object))
        *value = gh_bytes(PyBytes_AS_STRING(object), (size_t)PyBytes_GET_SIZE(object));
    else
        *value = gh_object(object);
    return true;
}

int gh__value_copy(gh_value_t *copy, const gh_value_t *value) {
    *copy = *value;
    if (value->kind == GH_OBJECT) Py_INCREF(value->object);
    if (value->kind != GH_STRING && value->kind != GH_BYTES) return 0;
    char *data = malloc(value->size + 1);
    if (data == NULL) return UV_ENOMEM;
    if (value->size > 0) memcpy(data, value->data, value->size);
    data[value->size] = '\0';
    copy->data = data;
    return 0;
}

void gh__value_clear(gh_value_t *copy) {
    if (copy->kind == GH_OBJECT) Py_CLEAR(copy->object);
    if (copy->kind == GH_STRING || copy->kind == GH_BYTES) free((char *)copy->data);
    *copy = gh_none();
}
