package later_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sallyport/sandbox/okta/later"
)

func alarm(d time.Duration, f func()) (stop func() bool) { return time.AfterFunc(d, f).Stop }

func TestDoneWhenItsTimeHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := later.New(alarm)
		defer w.Close()
		done := make(chan string, 2)
		w.After(2*time.Second, func() { done <- "second" })
		w.After(time.Second, func() { done <- "first" })
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		if got := <-done; got != "first" || len(done) != 0 {
			t.Errorf("after a second and a half %q is done, and %d more", got, len(done))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(done) != 1 {
			t.Errorf("in the end %d more are done", len(done))
		}
	})
}

func TestNothingAfterItIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := later.New(alarm)
		interrupted := make(chan error, 1)
		w.Go(func() {
			<-w.Context().Done()
			interrupted <- context.Cause(w.Context())
		})
		no := func() { t.Error("it was done") }
		w.After(time.Second, no)
		w.Close()
		if err := <-interrupted; err == nil {
			t.Error("what was being done was not interrupted")
		}
		w.Go(no)
		w.After(0, no)
		time.Sleep(time.Minute)
		if !w.Closed() {
			t.Error("it is not closed")
		}
	})
}
