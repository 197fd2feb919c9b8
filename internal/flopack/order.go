package flopack

import "slices"

// edges are what runs after what: the orderings, and from an If/Else to the heads
// of its branches.
type edges struct {
	after, before map[*Card][]*Card
}

func (g *Graph) edges() edges {
	e := edges{map[*Card][]*Card{}, map[*Card][]*Card{}}
	seen := map[[2]*Card]bool{}
	add := func(a, b *Card) {
		if a != nil && b != nil && !seen[[2]*Card{a, b}] {
			seen[[2]*Card{a, b}] = true
			e.after[a] = append(e.after[a], b)
			e.before[b] = append(e.before[b], a)
		}
	}
	for _, o := range g.Orderings {
		add(g.byID[o[0]], g.byID[o[1]])
	}
	for _, c := range g.Cards {
		for _, b := range c.Branches {
			add(c, g.byID[b.Card])
		}
	}
	return e
}

// Order returns the cards in the order in which they run. Hidden cards come as
// early as they can; of several, the first in the file. What remains are the
// cards of a circle, which have no order.
func (g *Graph) Order() (order, circle []*Card) {
	e := g.edges()
	place := make(map[*Card]int, len(g.Cards))
	for i, c := range g.Cards {
		if place[c] = i; c.hidden() {
			place[c] -= len(g.Cards)
		}
	}
	var ready []*Card // the next one last
	put := func(c *Card) {
		i, _ := slices.BinarySearchFunc(ready, c, func(a, b *Card) int { return place[b] - place[a] })
		ready = slices.Insert(ready, i, c)
	}
	waits := make(map[*Card]int, len(g.Cards))
	for _, c := range g.Cards {
		if waits[c] = len(e.before[c]); waits[c] == 0 {
			put(c)
		}
	}
	for len(ready) > 0 {
		next := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		order = append(order, next)
		for _, c := range e.after[next] {
			if waits[c]--; waits[c] == 0 {
				put(c)
			}
		}
	}
	for _, c := range g.Cards {
		if waits[c] > 0 {
			circle = append(circle, c)
		}
	}
	return order, circle
}

// hidden reports whether a card takes a part out of another's output, and is not
// shown.
func (c *Card) hidden() bool { return c.Is("object", "expand") }

// roots are the shown cards that nothing comes before: of a sound graph one, its
// trigger. Notes start nothing, wherever they stand.
func (g *Graph) roots(e edges) []*Card {
	notes := g.leading(e)
	var out []*Card
	for _, c := range g.Cards {
		if c.Displayed && !c.Is("control", "comment") && !slices.ContainsFunc(e.before[c], func(b *Card) bool {
			return !notes[b] && (b.Displayed || len(b.Branches) > 0 || b.Is("control", "noop"))
		}) {
			out = append(out, c)
		}
	}
	return out
}

// leading are the notes that only notes come before.
func (g *Graph) leading(e edges) map[*Card]bool {
	out, waits := map[*Card]bool{}, map[*Card]int{}
	var queue []*Card
	for _, c := range g.Cards {
		if waits[c] = len(e.before[c]); waits[c] == 0 && c.Is("control", "comment") {
			queue = append(queue, c)
		}
	}
	for len(queue) > 0 {
		next := queue[0]
		queue, out[next] = queue[1:], true
		for _, c := range e.after[next] {
			if waits[c]--; waits[c] == 0 && c.Is("control", "comment") {
				queue = append(queue, c)
			}
		}
	}
	return out
}

// Root returns the card that starts the graph, nil where that is not one card.
func (g *Graph) Root() *Card { return g.root }

// reach are the cards that come after each card, at any distance, as sets of
// places in the order.
func reach(order []*Card, e edges) map[*Card][]uint64 {
	place := make(map[*Card]int, len(order))
	for i, c := range order {
		place[c] = i
	}
	words := (len(order) + 63) / 64
	sets := make(map[*Card][]uint64, len(order))
	for _, c := range slices.Backward(order) {
		set := make([]uint64, words)
		for _, next := range e.after[c] {
			i, ok := place[next]
			if !ok {
				continue
			}
			set[i/64] |= 1 << (i % 64)
			for w, bits := range sets[next] {
				set[w] |= bits
			}
		}
		sets[c] = set
	}
	return sets
}

// live returns which cards run when each If/Else comes out as said.
func live(order []*Card, e edges, pins map[*Card][]*Card, outcome map[*Card]bool) map[*Card]bool {
	alive := make(map[*Card]bool, len(order))
	for _, c := range order {
		if c.hidden() {
			alive[c] = len(pins[c]) == 0 || slices.ContainsFunc(pins[c], func(src *Card) bool { return alive[src] })
			continue
		}
		alone := true
		for _, b := range e.before[c] {
			if b.hidden() {
				continue
			}
			alone = false
			if alive[b] && taken(b, c, outcome) {
				alive[c] = true
			}
		}
		alive[c] = alive[c] || alone
	}
	return alive
}

// taken reports whether the way from one card to the next is open.
func taken(from, to *Card, outcome map[*Card]bool) bool {
	for _, b := range from.Branches {
		if b.Card == to.UUID {
			return b.When == outcome[from]
		}
	}
	return true
}
