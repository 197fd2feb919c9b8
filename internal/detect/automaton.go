package detect

// automaton finds which of many texts are parts of a text, in one pass over it
// (A. V. Aho, M. J. Corasick, "Efficient String Matching", 1975).
type automaton struct {
	class [256]uint8 // of a byte; those that are in no text are of class 0
	width int        // how many classes there are
	next  []int32    // by state and class
	ends  [][]int    // by state, the predicates of the texts that end there
}

const (
	manyTexts = 50      // from which looking for each text by itself takes longer
	maxSteps  = 1 << 22 // entries of next: 16 MB
)

// newAutomaton makes the automaton of texts, each with its predicates; nil if it
// would be too large.
func newAutomaton(texts map[string][]int) *automaton {
	a := &automaton{width: 1}
	length := 1
	for text := range texts {
		length += len(text)
		for _, c := range []byte(text) {
			if a.class[c] == 0 {
				if a.width > 255 {
					return nil
				}
				a.class[c] = uint8(a.width) //nolint:gosec // bounded above
				a.width++
			}
		}
	}
	if length*a.width > maxSteps {
		return nil
	}
	a.grow()
	for text, preds := range texts {
		at := int32(0)
		for _, c := range []byte(text) {
			step := int(at)*a.width + int(a.class[c])
			if a.next[step] == 0 {
				a.next[step] = a.grow()
			}
			at = a.next[step]
		}
		a.ends[at] = append(a.ends[at], preds...)
	}
	a.link()
	return a
}

// grow adds a state.
func (a *automaton) grow() int32 {
	a.next = append(a.next, make([]int32, a.width)...)
	a.ends = append(a.ends, nil)
	return int32(len(a.ends) - 1) //nolint:gosec // see maxSteps
}

// link completes the steps: where a text does not go on, the longest end of what
// was read does that some text begins with.
func (a *automaton) link() {
	fail := make([]int32, len(a.ends))
	var queue []int32
	for c := range a.width {
		if to := a.next[c]; to != 0 {
			queue = append(queue, to)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := int(queue[0])
		back := int(fail[at])
		a.ends[at] = append(a.ends[at], a.ends[back]...)
		for c := range a.width {
			to := &a.next[at*a.width+c]
			if other := a.next[back*a.width+c]; *to == 0 {
				*to = other
			} else {
				fail[*to] = other
				queue = append(queue, *to)
			}
		}
	}
}

// search notes, for the predicates of each text that is a part of this one, the
// turn.
func (a *automaton) search(text []byte, turns []uint32, turn uint32) {
	for _, pred := range a.ends[0] {
		turns[pred] = turn
	}
	at := int32(0)
	for _, c := range text {
		at = a.next[int(at)*a.width+int(a.class[c])]
		for _, pred := range a.ends[at] {
			turns[pred] = turn
		}
	}
}

// searchTogether has the predicates that look for parts at a slot search at once,
// where there are many texts to look for.
func (sc *scope) searchTogether() {
	texts := map[int]map[string][]int{}
	for i, p := range sc.preds {
		for _, text := range p.partOf {
			if texts[p.slot] == nil {
				texts[p.slot] = map[string][]int{}
			}
			texts[p.slot][text] = append(texts[p.slot][text], i)
		}
	}
	for slot, of := range texts {
		if len(of) <= manyTexts {
			continue
		}
		a := newAutomaton(of)
		if a == nil {
			continue
		}
		k := len(sc.automata)
		sc.automata = append(sc.automata, a)
		for i, p := range sc.preds {
			if p.slot == slot && len(p.partOf) > 0 {
				p.cost = costs[Contains]
				p.holds = func(s *state) bool {
					s.search(k, slot)
					return s.part[i] == s.turn
				}
			}
		}
	}
}

// search notes which of an automaton's predicates hold, once an event.
func (s *state) search(k, slot int) {
	if s.searched[k] == s.turn {
		return
	}
	s.searched[k] = s.turn
	fs := s.slots[slot]
	for i := range fs {
		if fs[i].scalar() {
			s.scope.automata[k].search(s.small(&fs[i]), s.part, s.turn)
		}
	}
}
