package migration

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// names gives each thing a name of its own, by what it is called.
type names struct {
	taken map[string]bool
	next  map[string]int // the number to try next, by name
}

func newNames(reserved ...string) *names {
	n := &names{taken: map[string]bool{}, next: map[string]int{}}
	for _, r := range reserved {
		n.taken[r] = true
	}
	return n
}

// give returns a name made of a title: read_user, and read_user_2 for the second.
func (n *names) give(title, otherwise string) string {
	base := slug(title)
	if base == "" {
		base = slug(otherwise)
	}
	if base == "" {
		base = "card"
	}
	name := base
	for i := max(2, n.next[base]); n.taken[name]; i++ {
		name, n.next[base] = base+"_"+strconv.Itoa(i), i+1
	}
	n.taken[name] = true
	return name
}

// apart puts gaps between the words of a name such as readUser.
func apart(name string) string {
	var b strings.Builder
	small := false
	for _, c := range name {
		if small && unicode.IsUpper(c) {
			b.WriteByte(' ')
		}
		small = unicode.IsLower(c)
		b.WriteRune(c)
	}
	return b.String()
}

// maxName is the length of the longest name; a number may follow it.
const maxName = 80

// slug makes a name of a title: small letters, digits and _ after a letter.
// Numbers in front, which people order their flows by, are left out.
func slug(title string) string {
	var b strings.Builder
	gap := false
	for _, c := range title {
		c = unicode.ToLower(c)
		plain := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		switch {
		case b.Len() >= maxName:
			return b.String()
		case !plain:
			gap = true
		case b.Len() == 0 && c <= '9':
		default:
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(c)
		}
	}
	return b.String()
}

// reserved are the names that cards must not have: what references begin with,
// and what loops call their items.
func reserved() []string {
	return []string{
		"event", "trigger", "input", "request", "row", "before", "options", "run", "context", "steps", "connections", "index", "memo", "error",
		"item", "record",
	}
}

var (
	ownSuffix    = regexp.MustCompile(`_[0-9a-f]{32}$`)
	methodSuffix = regexp.MustCompile(`_[A-Za-z0-9-]{8,11}$`)
	keySuffix    = regexp.MustCompile(`_[A-Z0-9]{6}$`)
)

// madeUp reports whether a name is one that an editor made up: digits and capitals
// where nobody would put them.
func madeUp(s string) bool {
	capitals, digits := 0, 0
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case i > 0 && c >= 'A' && c <= 'Z':
			capitals++
		}
	}
	return len(s) >= 8 && len(s) <= 11 && (capitals > 1 || capitals == 1 && digits > 0 || digits > 1 && capitals+digits > 2)
}

// plainAddress returns channel and method of a card without what Connector
// Builder adds to the names of connectors that people make themselves.
func plainAddress(channel, method string) (string, string) {
	if s := methodSuffix.FindString(method); s != "" && madeUp(s[1:]) {
		method = strings.TrimSuffix(method, s)
	}
	return ownSuffix.ReplaceAllString(channel, ""), method
}
