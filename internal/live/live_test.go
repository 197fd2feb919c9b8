package live

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, s *Subscription) []Message {
	t.Helper()
	<-s.Ready()
	ms, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func TestHub(t *testing.T) {
	tests := map[string]struct {
		buffer  int
		publish []string // ids, to the organization "a"
		want    []Message
	}{
		"messages come in their order":           {4, []string{"1", "2", "3"}, []Message{{Topic: Run, ID: "1"}, {Topic: Run, ID: "2"}, {Topic: Run, ID: "3"}}},
		"what fits exactly is not lost":          {2, []string{"1", "2"}, []Message{{Topic: Run, ID: "1"}, {Topic: Run, ID: "2"}}},
		"too many become one that says so":       {2, []string{"1", "2", "3"}, []Message{{Topic: Lost}}},
		"what comes after the loss is kept":      {2, []string{"1", "2", "3", "4"}, []Message{{Topic: Lost}, {Topic: Run, ID: "4"}}},
		"a second loss does not pile on the old": {2, []string{"1", "2", "3", "4", "5"}, []Message{{Topic: Lost}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := &Hub{Buffer: tt.buffer}
			mine, other := h.Subscribe(t.Context(), "a"), h.Subscribe(t.Context(), "b")
			for _, id := range tt.publish {
				h.Publish("a", Message{Topic: Run, ID: id})
			}
			if diff := cmp.Diff(tt.want, read(t, mine)); diff != "" {
				t.Error(diff)
			}
			if ms, err := other.Next(); len(ms) != 0 || err != nil {
				t.Errorf("another organization was told: %v %v", ms, err)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Hub{}
		ctx, cancel := context.WithCancel(t.Context())
		h.Subscribe(ctx, "a")
		kept := h.Subscribe(t.Context(), "a")
		cancel()
		synctest.Wait()
		if n := h.Subscribers(); n != 1 {
			t.Errorf("%d subscribers after one left, want 1", n)
		}
		h.Publish("a", Message{Topic: Event})
		h.Close()
		if ms, err := kept.Next(); len(ms) != 1 || err != nil {
			t.Errorf("what waited when the hub closed: %v %v", ms, err)
		}
		if _, err := kept.Next(); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		late := h.Subscribe(t.Context(), "a")
		if _, err := late.Next(); !errors.Is(err, ErrClosed) {
			t.Errorf("a late subscriber: %v", err)
		}
	})
}

// Many publish and read at once; nothing is torn, and nobody waits for ever.
func TestConcurrent(t *testing.T) {
	h := &Hub{Buffer: 8}
	sub := h.Subscribe(t.Context(), "a")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			<-sub.Ready()
			if _, err := sub.Next(); err != nil {
				return
			}
		}
	}()
	publishers := make(chan struct{})
	for range 4 {
		go func() {
			for range 500 {
				h.Publish("a", Message{Topic: Event})
			}
			publishers <- struct{}{}
		}()
	}
	for range 4 {
		<-publishers
	}
	h.Close()
	// The reader may have been woken for messages alone; the end wakes it again.
	<-done
}
