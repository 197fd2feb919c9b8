package detect

// order remembers in which order members came in the objects at a node. Those who
// write events write them in the same order again and again, so a name can be
// known by one comparison, and need be neither checked nor looked for.
type order struct {
	members []member // the first stands for the beginning of the object
}

// member is a name that was seen.
type member struct {
	text  string // from its quote up to its value, as it came
	kid   int    // of the node
	next  int    // the member that came after it; 0 for none
	other int    // the one that came after it before that
}

// An order remembers so many names, and none that is longer.
const (
	maxMembers = 100
	maxText    = 64
)

// guess returns the member that b begins with if it is one of those that are
// expected after the member at, and 0 if not.
func (o *order) guess(at int, b []byte) int {
	if at >= len(o.members) {
		return 0
	}
	last := &o.members[at]
	if text := o.members[last.next].text; len(text) > 0 && len(b) >= len(text) && string(b[:len(text)]) == text {
		return last.next
	}
	if text := o.members[last.other].text; len(text) > 0 && len(b) >= len(text) && string(b[:len(text)]) == text {
		last.next, last.other = last.other, last.next
		return last.next
	}
	return 0
}

// learn notes that a name came after the member at, and returns the member that
// it is now at; one beyond the last if it cannot be remembered.
func (o *order) learn(at int, text []byte, kid int) int {
	if len(o.members) == 0 {
		o.members = append(o.members, member{})
	}
	next := 1
	for next < len(o.members) && o.members[next].text != string(text) {
		next++
	}
	if next == len(o.members) {
		if next == maxMembers || len(text) > maxText {
			return maxMembers
		}
		o.members = append(o.members, member{text: string(text), kid: kid})
	}
	if at < len(o.members) {
		last := &o.members[at]
		last.next, last.other = next, last.next
	}
	return next
}
