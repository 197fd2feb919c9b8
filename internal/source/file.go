package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

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
	Act      bool           // start flows; by default an import is for the record alone
	Bad      func(error)    // called for each event that cannot be read
	Progress func(Imported) // called after each batch
}

// Import reads an export and hands it to the sink in batches; the next is read
// while one is written. An error that ends the import leaves what was accepted
// before; importing the same file again adds nothing twice.
func (im Importer) Import(ctx context.Context, r io.Reader) (Imported, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	from := Never()
	if im.Act {
		from = time.Time{}
	}
	batches := make(chan readBatch, 1)
	go readBatches(ctx, event.NewReader(r), batches)
	var done Imported
	for b := range batches {
		for _, err := range b.bad {
			done.Bad++
			im.Bad(err)
		}
		if len(b.events) > 0 {
			got, err := im.Sink.Accept(ctx, Batch{Org: im.Org, Source: im.Source, Via: ViaFile, Events: b.events, ActFrom: from})
			if err != nil {
				return done, err
			}
			done.Read += len(b.events)
			done.New += got.New
			done.Runs += got.Runs
			im.Progress(done)
		}
		if b.err != nil {
			return done, fmt.Errorf("read events: %w", b.err)
		}
	}
	return done, ctx.Err()
}

type readBatch struct {
	events []event.Event
	bad    []error
	err    error // ended the reading
}

// readBatches sends what it reads until the end, or until ctx ends.
func readBatches(ctx context.Context, r *event.Reader, out chan<- readBatch) {
	defer close(out)
	for more := true; more; {
		var b readBatch
		b, more = nextBatch(r)
		select {
		case out <- b:
		case <-ctx.Done():
			return
		}
	}
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
