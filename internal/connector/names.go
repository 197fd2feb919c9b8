package connector

import (
	"sallyport/internal/connector/document"
	"sallyport/internal/expr"
	"sallyport/internal/value"
)

// programAt compiles the expression that stands here, or returns nil where none
// does.
func programAt(c document.Cursor, names scopeNames) *expr.Program {
	if c.Value == nil {
		return nil
	}
	source := value.String(c.Value)
	if c.Sound() {
		return expr.Later(source, names.roots()...)
	}
	p, err := expr.Compile(source, names.roots()...)
	if err != nil {
		c.Fail("%v", err)
		return nil
	}
	if unknown := names.unknownIn(source); unknown != "" {
		c.Fail("there is no %s", unknown)
	}
	return p
}

// firstAt reads a template, or several of which the first counts that is not
// empty.
func firstAt(c document.Cursor, names scopeNames) tree {
	t := treeAt(c, names)
	if t.kind == value.List {
		t.kind = firstOf
	}
	return t
}

// treeAt reads the template that stands here; the empty one where none does.
func treeAt(c document.Cursor, names scopeNames) tree {
	if c.Value == nil {
		return tree{}
	}
	t, err := parseTree(c.Value)
	if err != nil {
		c.Fail("%v", err)
		return tree{}
	}
	for _, ref := range t.refs() {
		if unknown := names.unknown(ref); unknown != "" {
			c.Fail("there is no %s", unknown)
		}
	}
	return t
}
