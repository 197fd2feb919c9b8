package correlate

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
)

// version is how the state of a group is written.
const version = 1

// Encode writes the state of a group: a byte that says how, the print of its spec
// and its entries, times as what lies between them.
func (g *Group) Encode() []byte {
	b := make([]byte, 0, 16+32*len(g.entries))
	b = append(b, version)
	b = binary.LittleEndian.AppendUint32(b, g.spec.print())
	for _, t := range []int64{g.newest, g.decided, g.born} {
		b = binary.AppendVarint(b, t)
	}
	b = binary.AppendUvarint(b, g.folded)
	b = binary.AppendUvarint(b, uint64(len(g.entries)))
	last := int64(0)
	for i := range g.entries {
		e := &g.entries[i]
		b = binary.AppendUvarint(b, uint64(e.at-last)) //nolint:gosec // the first may wrap, and wraps back
		last = e.at
		b = append(b, e.rule)
		b = appendUUID(b, e.uuid)
		b = appendText(b, e.value)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendUUID writes a UUID in its usual form as its 16 bytes after a 0, and any
// other text as it is, after its length and one.
func appendUUID(b []byte, s string) []byte {
	var raw [16]byte
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && strings.ToLower(s) == s {
		if _, err := hex.Decode(raw[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err == nil {
			return append(append(b, 0), raw[:]...)
		}
	}
	return append(binary.AppendUvarint(b, uint64(len(s))+1), s...)
}

// print tells specs apart that count differently.
func (s *Spec) print() uint32 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%q %q %q %q %d %d %v %v", s.Type, s.Rules, s.Without, s.Field, s.Span, s.lateness(), s.Condition, s.Learning)
	for _, f := range s.Group {
		_, _ = fmt.Fprintf(h, "%q %v", f.Path, f.ByRule)
	}
	return h.Sum32()
}

var errState = errors.New("the state is cut off or spoilt")

// Decode reads what Encode wrote. The state of a spec that counted otherwise is
// an empty group.
func Decode(s *Spec, state []byte) (*Group, error) {
	g := NewGroup(s)
	if len(state) == 0 {
		return g, nil
	}
	if state[0] != version {
		return nil, fmt.Errorf("read group: a state of version %d, and this program knows %d", state[0], version)
	}
	d := decoder{rest: state[1:]}
	if d.fixed32() != s.print() && d.err == nil {
		return g, nil
	}
	g.newest, g.decided, g.born = d.varint(), d.varint(), d.varint()
	g.folded = d.uvarint()
	if d.entries(g); d.err == nil && (len(d.rest) > 0 || !g.plausible()) {
		d.err = errState
	}
	if d.err != nil {
		return nil, fmt.Errorf("read group: %w", d.err)
	}
	return g, nil
}

// entries reads those of a group.
func (d *decoder) entries(g *Group) {
	s := g.spec
	n := d.uvarint()
	if n > uint64(max(s.limit(), maxValues))+1 {
		d.err = errState
	}
	last := int64(0)
	for i := uint64(0); i < n && d.err == nil; i++ {
		e := entry{at: last + int64(d.uvarint())} //nolint:gosec // as it was written
		e.rule, e.uuid, e.value = d.byte(), d.uuid(), d.text()
		if i > 0 && e.at < last || int(e.rule) >= len(s.Rules)+len(s.Without) {
			d.err = errState
		}
		e.num, _ = strconv.ParseFloat(e.value, 64)
		if s.calculates() && (math.IsNaN(e.num) || math.IsInf(e.num, 0)) {
			d.err = errState
		}
		last = e.at
		g.entries = append(g.entries, e)
	}
}

func (s *Spec) calculates() bool { return !s.counts() && s.Type != Absent && s.Type != FirstSeen }

// plausible reports whether times are far enough from the ends of time to be
// reckoned with.
func (g *Group) plausible() bool {
	const far = int64(1) << 61
	for _, e := range g.entries {
		if e.at > far || e.at < -far || e.at > g.newest {
			return false
		}
	}
	within := func(t, unset int64) bool { return t == unset || t >= -far && t <= far }
	return within(g.newest, math.MinInt64) && within(g.decided, math.MinInt64) && within(g.born, math.MaxInt64)
}

type decoder struct {
	rest []byte
	err  error
}

// take cuts bytes off, or as many zeros if they are not there.
func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.rest)) {
		d.err = errState
		return make([]byte, min(n, 16))
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte      { return d.take(1)[0] }
func (d *decoder) fixed32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.err = errState
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.err = errState
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) text() string { return string(d.take(d.uvarint())) }

func (d *decoder) uuid() string {
	n := d.uvarint()
	if n > 0 {
		return string(d.take(n - 1))
	}
	h := hex.EncodeToString(d.take(16))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
