package search

import (
	"encoding/binary"
	"errors"
)

// columnBuilder collects the values of one field.
type columnBuilder struct {
	ids    map[string]uint32
	values []string
	docs   []uint32
}

// add adds the value of the next event.
func (c *columnBuilder) add(text []byte) {
	id, ok := c.ids[string(text)]
	if !ok {
		id = c.id(string(text))
	}
	c.docs = append(c.docs, id)
}

// maxValue bounds a value in a column, in bytes; of longer ones the beginning
// counts.
const maxValue = 256

func (c *columnBuilder) id(text string) uint32 {
	if len(text) > maxValue {
		return c.id(text[:maxValue])
	}
	id, ok := c.ids[text]
	if !ok {
		id = uint32(len(c.values)) //nolint:gosec // at most one an event
		c.ids[text], c.values = id, append(c.values, text)
	}
	return id
}

// encode writes the values, then for each event the number of its value in as few
// bytes as hold them all.
func (c *columnBuilder) encode() []byte {
	b := binary.AppendUvarint(nil, uint64(len(c.values)))
	for _, v := range c.values {
		b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
	}
	width := 1
	for n := len(c.values); n > 256; n >>= 8 {
		width++
	}
	b = append(b, byte(width))
	for _, id := range c.docs {
		for range width {
			b, id = append(b, byte(id)), id>>8
		}
	}
	return b
}

// ColumnValues are the values of one field in the events of a block.
type ColumnValues struct {
	Values []string // "" for events that have none
	ids    []byte
	width  int
}

var errPage = errors.New("a page of the index of events is damaged")

// DecodeColumn reads a column of a block of so many events.
func DecodeColumn(b []byte, docs int) (ColumnValues, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)) {
		return ColumnValues{}, errPage
	}
	b = b[size:]
	c := ColumnValues{Values: make([]string, n)}
	for i := range c.Values {
		l, size := binary.Uvarint(b)
		if size <= 0 || l > uint64(len(b)) || int(l) > len(b)-size { //nolint:gosec // it is looked at first
			return c, errPage
		}
		c.Values[i], b = string(b[size:size+int(l)]), b[size+int(l):] //nolint:gosec // it was looked at
	}
	if len(b) == 0 {
		return c, errPage
	}
	c.width, c.ids = int(b[0]), b[1:]
	if c.width < 1 || c.width > 4 || len(c.ids) != docs*c.width {
		return c, errPage
	}
	for doc := range docs {
		if c.ID(doc) >= len(c.Values) {
			return c, errPage
		}
	}
	return c, nil
}

// ID returns the number of an event's value.
func (c ColumnValues) ID(doc int) int {
	switch at := doc * c.width; c.width {
	case 1:
		return int(c.ids[at])
	case 2:
		return int(c.ids[at]) | int(c.ids[at+1])<<8
	default:
		id := 0
		for i := range c.width {
			id |= int(c.ids[at+i]) << (8 * i)
		}
		return id
	}
}

// CountIn returns how many events of a set have each value, by its number.
func (c ColumnValues) CountIn(s Set) []int {
	out := make([]int, len(c.Values))
	for doc := range s.All() {
		out[c.ID(doc)]++
	}
	return out
}
