package audit

import (
	"fmt"
	"time"
)

// Head is what is known of a chain beside its entries.
type Head struct {
	Seq        int64  // of the last entry
	Hash       string // of the last entry
	AnchorSeq  int64  // of the last entry that was deleted for its age; 0 for none
	AnchorHash string // of that one
}

// Kind says what is wrong with a chain.
type Kind string

// The kinds.
const (
	Changed   Kind = "changed"   // an entry is not what was hashed
	Missing   Kind = "missing"   // entries are not there
	Reordered Kind = "reordered" // an entry does not follow the one before it
	Truncated Kind = "truncated" // the last entries are not there
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Changed, Missing, Reordered, Truncated} }

// Fault is the first thing that is wrong with a chain.
type Fault struct {
	Kind Kind
	Seq  int64 // of the entry, or the first one that is not there
	Text string
}

// Report is what looking at a chain came to.
type Report struct {
	Entries  int
	From, To time.Time // of the first and the last entry
	Head     Head
	Fault    *Fault // nil where nothing is wrong
}

// Checker holds entries, in the order of their numbers, against the chain.
type Checker struct {
	report Report
	seq    int64
	hash   string
}

// NewChecker begins where a chain's kept part begins.
func NewChecker(h Head) *Checker {
	return &Checker{report: Report{Head: h}, seq: h.AnchorSeq, hash: h.AnchorHash}
}

// Add looks at the next entry. After a fault it looks at no more.
func (c *Checker) Add(e Entry) {
	if c.report.Fault != nil {
		return
	}
	switch {
	case e.Seq > c.seq+1:
		c.fault(Missing, c.seq+1, "entries %d to %d are missing", c.seq+1, e.Seq-1)
	case e.Seq <= c.seq:
		c.fault(Reordered, e.Seq, "entry %d stands after entry %d", e.Seq, c.seq)
	case e.Sum() != e.Hash:
		c.fault(Changed, e.Seq, "entry %d of %s was changed: it does not have the hash that it was written with", e.Seq, e.At.UTC().Format(time.RFC3339))
	case e.Prev != c.hash:
		c.fault(Reordered, e.Seq, "entry %d does not follow entry %d: it was written after another one", e.Seq, c.seq)
	default:
		if c.report.Entries == 0 {
			c.report.From = e.At
		}
		c.report.Entries, c.report.To = c.report.Entries+1, e.At
		c.seq, c.hash = e.Seq, e.Hash
	}
}

// End says that there are no more, and returns what came of it.
func (c *Checker) End() Report {
	h := c.report.Head
	switch {
	case c.report.Fault != nil:
	case c.seq < h.Seq:
		c.fault(Truncated, c.seq+1, "the log ends at entry %d, but %d were written: the last ones are missing", c.seq, h.Seq)
	case c.seq != h.Seq || c.hash != h.Hash:
		c.fault(Changed, c.seq, "the log ends at entry %d with another hash than it was written with", c.seq)
	}
	return c.report
}

func (c *Checker) fault(k Kind, seq int64, format string, args ...any) {
	c.report.Fault = &Fault{k, seq, fmt.Sprintf(format, args...)}
}
