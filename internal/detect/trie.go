package detect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// node is where one pass over an event stands among the paths that are wanted: a
// tree of their segments. Names that differ in case only share a node, for an
// object has hardly ever two of them; where one has, [state.resolve] reads the
// event a second time.
type node struct {
	id    int   // among the nodes of the tree that have kids
	slots []int // of the paths that end here
	kids  []kid
	elem  *node         // for the elements of a list: the same without indexes
	at    map[int]*node // for single elements: those of elem, and of their index

	// The kids by a hash of length, first and last byte; -1 is none. A kid that
	// finds its place taken is in the next free one.
	table      []int16
	first, end uint
}

type kid struct {
	name    []byte // folded
	written []byte // as the path has it, which is nearly always how the event has it
	node    *node
}

// segments splits a path into the names of its segments.
func segments(path string) []string {
	names := strings.Split(path, ".")
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, "{}")
	}
	return names
}

// index is the index that a segment stands for in a list; ok if it is one, and
// negative if no list is so long.
func index(name string) (i int, ok bool) {
	if name == "" || strings.Trim(name, "0123456789") != "" {
		return 0, false
	}
	i, err := strconv.Atoi(name)
	if err != nil {
		return -1, true
	}
	return i, true
}

// newTrie makes the tree of paths; the slot of a path is its index. It returns how
// many nodes have kids, too.
func newTrie(paths []string) (root *node, nodes int) {
	root = &node{}
	for slot, path := range paths {
		at := root
		for _, name := range segments(path) {
			at = at.child(name)
		}
		at.slots = append(at.slots, slot)
	}
	root.finish(&nodes)
	return root, nodes
}

func (n *node) child(name string) *node {
	folded := appendFold(nil, []byte(name))
	for _, k := range n.kids {
		if bytes.Equal(k.name, folded) {
			return k.node
		}
	}
	made := &node{}
	n.kids = append(n.kids, kid{folded, []byte(name), made})
	return made
}

// finish prepares a tree for lists, and for fast lookup.
func (n *node) finish(nodes *int) {
	if len(n.kids) > 0 {
		n.id = *nodes
		*nodes++
	}
	n.elem = n
	for _, k := range n.kids {
		if i, ok := index(string(k.name)); ok {
			if n.elem == n {
				n.elem, n.at = n.unindexed(), map[int]*node{}
			}
			if n.at[i] == nil {
				n.at[i] = n.elem
			}
			n.at[i] = union(n.at[i], k.node)
		}
	}
	if n.elem != n {
		n.elem.finish(nodes)
	}
	for _, at := range n.at {
		at.finish(nodes)
	}
	for _, k := range n.kids {
		k.node.finish(nodes)
	}
	n.hash()
}

func (n *node) unindexed() *node {
	kids := slices.DeleteFunc(slices.Clone(n.kids), func(k kid) bool {
		_, ok := index(string(k.name))
		return ok
	})
	return union(&node{slots: n.slots, kids: kids}, &node{})
}

// union returns a tree of the paths of both.
func union(a, b *node) *node {
	u := &node{slots: slices.Concat(a.slots, b.slots)}
	for _, k := range slices.Concat(a.kids, b.kids) {
		at := slices.IndexFunc(u.kids, func(have kid) bool { return bytes.Equal(have.name, k.name) })
		if at < 0 {
			u.kids = append(u.kids, kid{k.name, k.written, union(k.node, &node{})})
		} else {
			u.kids[at].node = union(u.kids[at].node, k.node)
		}
	}
	return u
}

// hash fills the table, with a hash that has no collisions if one is found.
func (n *node) hash() {
	if len(n.kids) == 0 {
		return
	}
	size := 4
	for size < 4*len(n.kids) {
		size *= 2
	}
	n.table = make([]int16, size)
	for seed := range uint(64) {
		n.first, n.end = seed&7*2+1, seed>>3*2+1
		if n.fill() {
			return
		}
	}
}

// fill puts the kids into the table, and reports whether none collided.
func (n *node) fill() bool {
	clean := true
	for i := range n.table {
		n.table[i] = -1
	}
	for i, k := range n.kids {
		h := n.place(k.name)
		for ; n.table[h] != -1; h = (h + 1) & uint(len(n.table)-1) {
			clean = false
		}
		n.table[h] = int16(i)
	}
	return clean
}

// place is where in the table the search for a name begins; it is the same for
// names that are the same in any case of ASCII.
func (n *node) place(name []byte) uint {
	if len(name) == 0 {
		return 0
	}
	return (uint(len(name)) + uint(name[0]|0x20)*n.first + uint(name[len(name)-1]|0x20)*n.end) & uint(len(n.table)-1)
}

// find returns the index of the kid of a name as it is in an event, between its
// quotes; -1 for none.
func (n *node) find(name []byte) int {
	for h := n.place(name); ; h = (h + 1) & uint(len(n.table)-1) {
		i := int(n.table[h])
		if i < 0 {
			return i
		}
		if k := &n.kids[i]; string(k.written) == string(name) || len(k.name) == len(name) && equalFold(name, k.name) {
			return i
		}
	}
}
