package migration

import (
	"slices"
	"strings"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// The fields of a card that compares: what is compared, and how.
const (
	leftOperand  = "left-operand"
	rightOperand = "right-operand"
	operatorKey  = "operator"
)

// side is one side of a comparison of a card, of the kind that its field declares:
// whether 9 is more than 80 depends on whether they are numbers or texts.
func (f *frame) side(c *flopack.Card, group, key string) expr {
	in, e := named(c, group, key), f.at(c, group, key)
	if in == nil {
		return e
	}
	op, k := value.String(f.at(c, group, operatorKey).lit), kindOf(in)
	other := f.at(c, group, opposite(key))
	switch {
	case k == value.Text && !comparesText(op, other.empty()):
		return e
	case emptiness(op) && k != value.Obj && k != value.List:
		return e
	case e.plain() && k != value.Date && k != "": // There are no dates in YAML.
		return literal(value.Loosely(e.lit, k))
	}
	return e.as(k)
}

// comparesText reports whether an operator compares texts as such. The others look
// for a part, or for whether there is anything, and are true of lists and objects
// too, in a field for a text as well; so is a comparison with nothing.
func comparesText(op string, withNothing bool) bool {
	return !withNothing && slices.Contains([]string{"", "==", "!=", "===", "!==", "<", "<=", ">", ">="}, strings.TrimSpace(op))
}

func emptiness(op string) bool { return op == "is empty" || op == "is not empty" }

// opposite is the field of the other side of a comparison; "" for one that is no
// side of any.
func opposite(key string) string {
	return map[string]string{leftOperand: rightOperand, rightOperand: leftOperand}[key]
}

// plainOperand gives a side of a comparison that nothing converts the type that
// nothing is converted to there.
func (f *xfield) plainOperand(v any, op string, other any) {
	r, alone := lone(v)
	converted := len(r.filters) > 0 && r.filters[len(r.filters)-1].name == "as"
	if alone && !converted && !comparesText(op, value.Empty(other)) {
		f.kind = &xtype{name: "string"}
	}
}
