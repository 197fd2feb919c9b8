package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"sallyport/internal/event"
)

// file looks through one file: one goroutine reads, as many as there are cores
// match, and this one tells what they found, in the order of the file.
func (d *detection) file(ctx context.Context, name string) error {
	in, err := openInput(name)
	if err != nil {
		return err
	}
	plain, err := unzipped(in)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	workers := runtime.GOMAXPROCS(0)
	type job struct {
		block event.Block
		done  chan found
	}
	jobs, ordered := make(chan job, workers), make(chan chan found, 2*workers)
	group, ctx := errgroup.WithContext(ctx)
	var broken error // the rest of the file cannot be read; what came before is told
	group.Go(func() error {
		defer close(jobs)
		defer close(ordered)
		for r := event.NewReader(plain); ; {
			b, err := r.Block()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					broken = err
				}
				return nil
			}
			j := job{b, make(chan found, 1)}
			if !give(ctx, ordered, j.done) || !give(ctx, jobs, j) {
				return ctx.Err()
			}
		}
	})
	for range workers {
		group.Go(func() error {
			for j := range jobs {
				j.done <- d.search(j.block)
			}
			return nil
		})
	}
	group.Go(func() error {
		for done := range ordered {
			select {
			case f := <-done:
				if err := d.report(ctx, name, f); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return errors.Join(group.Wait(), broken, in.Close())
}

// give sends unless it is too late.
func give[T any](ctx context.Context, to chan<- T, x T) bool {
	select {
	case to <- x:
		return true
	case <-ctx.Done():
		return false
	}
}

// unzipped returns what a file holds that may be compressed by gzip.
func unzipped(in io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	magic, err := buffered.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return buffered, nil //nolint:nilerr // what is shorter than that is not compressed, and other errors come again
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("read gzip: %w", err)
	}
	return z, nil
}
