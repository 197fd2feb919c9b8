package sigma

import (
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/detect"
)

// modifiers are what stands after the name of a field.
type modifiers struct {
	compare   string   // contains, startswith, endswith, re, cidr, exists, lt, lte, gt, gte
	encodings []string // windash, wide, utf16le, utf16be, utf16, base64, base64offset, in their order
	part      string   // minute, hour, day, week, month, year
	flags     string   // of re: i, m, s
	all       bool
	cased     bool
	neq       bool
	expand    bool
	fieldref  bool
	same      bool
}

const knownModifiers = "all, contains, startswith, endswith, re with i, m and s, cased, exists, fieldref, cidr, lt, lte, gt, gte, neq, " +
	"expand, windash, base64, base64offset, wide, utf16le, utf16be, utf16, minute, hour, day, week, month, year, same"

// modifiers reads those of a field.
func (r *reader) modifiers(e entry, path string) (modifiers, bool) {
	var m modifiers
	names := strings.Split(e.name, "|")[1:]
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			r.fail(e.key, path, fmt.Sprintf("the modifier %q stands here twice", name))
			return m, false
		}
		if fault := m.add(name); fault != "" {
			r.fail(e.key, path, fault)
			return m, false
		}
	}
	if fault := m.clash(len(names)); fault != "" {
		r.fail(e.key, path, fault)
		return m, false
	}
	return m, true
}

// add takes up one modifier and returns what is wrong with it.
func (m *modifiers) add(name string) string {
	switch name {
	case "contains", "startswith", "endswith", "re", "cidr", "exists", "lt", "lte", "gt", "gte":
		if m.compare != "" {
			return fmt.Sprintf("%s and %s exclude each other; write two fields, or two searches", m.compare, name)
		}
		m.compare = name
	case "windash", "wide", "utf16le", "utf16be", "utf16", "base64", "base64offset":
		if m.compare != "" {
			return fmt.Sprintf("%s stands before %s: write field|%s|%s", name, m.compare, name, m.compare)
		}
		m.encodings = append(m.encodings, name)
	case "minute", "hour", "day", "week", "month", "year":
		if m.part != "" {
			return fmt.Sprintf("%s and %s exclude each other; write two fields", m.part, name)
		}
		m.part = name
	case "i", "m", "s":
		if m.compare != "re" {
			return name + " stands after re: write field|re|" + name
		}
		m.flags += name
	default:
		return m.flag(name)
	}
	return ""
}

func (m *modifiers) flag(name string) string {
	switch name {
	case "all":
		m.all = true
	case "cased":
		m.cased = true
	case "neq":
		m.neq = true
	case "expand":
		m.expand = true
	case "fieldref":
		m.fieldref = true
	case "same":
		m.same = true
	default:
		return fmt.Sprintf("there is no modifier %q; there are %s", name, knownModifiers)
	}
	return ""
}

// clash says which modifiers do not go together.
func (m *modifiers) clash(count int) string {
	if count > 1 && (m.same || m.compare == "exists") {
		return "this modifier stands alone"
	}
	ordered, textual := false, false
	switch m.compare {
	case "lt", "lte", "gt", "gte":
		ordered = true
	case "", "contains", "startswith", "endswith":
		textual = true
	}
	if m.all && (ordered || m.part != "") {
		return "all cannot be used with numbers; write two fields"
	}
	if m.part != "" {
		if m.compare != "" && !ordered || m.cased || m.fieldref || len(m.encodings) > 0 {
			return m.part + " goes with numbers alone, and with lt, lte, gt, gte and neq"
		}
		return ""
	}
	return m.clashOfTexts(textual)
}

func (m *modifiers) clashOfTexts(textual bool) string {
	switch {
	case m.fieldref && (!textual || len(m.encodings) > 0 || m.expand):
		return "fieldref goes with contains, startswith, endswith, cased, neq and all alone"
	case !textual && len(m.encodings) > 0:
		return m.compare + " cannot be used with " + m.encodings[0]
	case !textual && m.cased:
		return m.compare + " has no use for cased; re regards case unless it has i"
	}
	return ""
}

// operation is the comparison of texts that the modifiers name.
func (m *modifiers) operation() detect.Op {
	switch m.compare {
	case "contains":
		return detect.Contains
	case "startswith":
		return detect.StartsWith
	case "endswith":
		return detect.EndsWith
	}
	return detect.Equal
}
