package actions

import (
	"slices"
	"time"

	"github.com/dop251/goja"
)

// timers are what an Action has asked to be called for later.
type timers struct {
	last int
	list []timer
}

type timer struct {
	id    int
	due   time.Time
	f     goja.Callable
	every time.Duration // for setInterval
}

func (t *timers) add(f goja.Callable, in time.Duration, every bool) int {
	t.last++
	x := timer{id: t.last, due: time.Now().Add(in), f: f}
	if every {
		x.every = in
	}
	t.list = append(t.list, x)
	return x.id
}

func (t *timers) clear(id int) {
	t.list = slices.DeleteFunc(t.list, func(x timer) bool { return x.id == id })
}

// next returns what is due first. What was added first goes first at the same
// time.
func (t *timers) next() (due time.Time, f goja.Callable, any bool) {
	if len(t.list) == 0 {
		return time.Time{}, nil, false
	}
	first := slices.MinFunc(t.list, func(a, b timer) int {
		if c := a.due.Compare(b.due); c != 0 {
			return c
		}
		return a.id - b.id
	})
	t.clear(first.id)
	if first.every > 0 {
		again := first
		again.due = first.due.Add(first.every)
		t.list = append(t.list, again)
	}
	return first.due, first.f, true
}
