package source

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sallyport/internal/event"
)

// importBatch is how many events an import makes durable at once.
const importBatch = 2000

// Imported says how far an import has come.
type Imported struct {
	Read int // events read
	New  int // of them, those that were not there before
	Runs int // flow runs that they started
	Bad  int // that could not be read, and were passed over
}

// Importer reads exports of events into a sink.
type Importer struct {
	Sink     Sink
	Org      string
	Source   string
	Parse    event.Parse    // reads one event; nil reads Okta's
	Act      bool           // start flows; by default an import is for the record alone
	Bad      func(error)    // called for each event that cannot be read
	Progress func(Imported) // called after each batch
}

// importers is how many batches of an import are made durable at a time: while
// the database takes one, the next is made ready. Batches that start flows go
// one after another, as their events did.
const importers = 2

// unpacked returns a file's contents, whether or not it is packed by gzip (RFC
// 1952).
func unpacked(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	magic, _ := in.Peek(2) // what keeps it from being read is met again by whoever reads
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	out, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("unpack the file: %w", err)
	}
	return out, nil
}

// Import reads an export, which may be packed by gzip, and hands it to the sink in batches; the next are read
// while others are written. An error that ends the import leaves what was
// accepted before; importing the same file again adds nothing twice.
func (im Importer) Import(ctx context.Context, r io.Reader) (Imported, error) {
	plain, err := unpacked(r)
	if err != nil {
		return Imported{}, err
	}
	from, n := Never(), importers
	if im.Act {
		from, n = time.Time{}, 1
	}
	parse := im.Parse
	if parse == nil {
		parse = event.NewParser().Parse
	}
	var mu sync.Mutex // of done, and of what the caller does when told
	var done Imported
	batches := make(chan readBatch, 1)
	work, ctx := errgroup.WithContext(ctx)
	var unread error // what ends the reading keeps nobody from writing what was read
	work.Go(func() error {
		unread = readBatches(ctx, event.NewReaderOf(plain, parse), batches)
		return nil
	})
	for range n {
		work.Go(func() error {
			for b := range batches {
				got, err := im.accept(ctx, b, from)
				if err != nil {
					return err
				}
				mu.Lock()
				done.Read, done.New, done.Runs, done.Bad = done.Read+len(b.events), done.New+got.New, done.Runs+got.Runs, done.Bad+len(b.bad)
				for _, err := range b.bad {
					im.Bad(err)
				}
				im.Progress(done)
				mu.Unlock()
			}
			return nil
		})
	}
	err = work.Wait()
	return done, cmp.Or(err, unread)
}

func (im Importer) accept(ctx context.Context, b readBatch, from time.Time) (Accepted, error) {
	if len(b.events) == 0 {
		return Accepted{}, nil
	}
	return im.Sink.Accept(ctx, Batch{Org: im.Org, Source: im.Source, Via: ViaFile, Events: b.events, ActFrom: from})
}

type readBatch struct {
	events []event.Event
	bad    []error
	err    error // ended the reading
}

// readBatches sends what it reads until the end, or until ctx ends.
func readBatches(ctx context.Context, r *event.Reader, out chan<- readBatch) error {
	defer close(out)
	for more := true; more; {
		var b readBatch
		b, more = nextBatch(r)
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b.err != nil {
			return fmt.Errorf("read events: %w", b.err)
		}
	}
	return nil
}

func nextBatch(r *event.Reader) (readBatch, bool) {
	b := readBatch{events: make([]event.Event, 0, importBatch)}
	for len(b.events) < importBatch && len(b.bad) < importBatch {
		e, err := r.Next()
		_, passable := errors.AsType[*event.ReadError](err)
		switch {
		case err == nil:
			b.events = append(b.events, e)
		case passable:
			b.bad = append(b.bad, err)
		case errors.Is(err, io.EOF):
			return b, false
		default:
			b.err = err
			return b, false
		}
	}
	return b, true
}
