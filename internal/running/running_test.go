package running

import (
	"context"
	"errors"
	"testing"
)

func TestJobsEndForAReason(t *testing.T) {
	var s Set
	gone, leave := context.WithCancel(t.Context())
	causes := make(chan error)
	job := func(ctx context.Context) { <-ctx.Done(); causes <- context.Cause(ctx) }
	one, all := errors.New("somebody ended it"), errors.New("the process ends")
	s.Go(gone, "a", job)
	s.Go(gone, "b", job)
	leave()
	s.End("nobody", one)
	s.End("a", one)
	if got := <-causes; !errors.Is(got, one) {
		t.Errorf("the job that was ended says %v", got)
	}
	s.Close(all)
	if got := <-causes; !errors.Is(got, all) {
		t.Errorf("the other says %v", got)
	}
	s.Go(t.Context(), "c", job)
	if got := <-causes; !errors.Is(got, all) {
		t.Errorf("one that is begun too late says %v", got)
	}
	s.Wait()
}
