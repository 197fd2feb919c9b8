package api

import (
	"context"
	"sync"
	"testing"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/store"
)

// builtIn are the checks of posture, read once.
var builtIn = sync.OnceValues(func() ([]*posture.Check, error) {
	files, err := posture.BuiltIn()
	if err != nil {
		return nil, err
	}
	return posture.Load(files)
})

func checks(t testing.TB) []*posture.Check {
	t.Helper()
	out, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// judge judges an org as the server does, by what was read of it alone.
func (b *bench) judge(ctx context.Context, t inventory.Tenant, by posture.Profile, cause string) (store.PostureRun, error) {
	set, err := b.db.Postures.Setting(ctx, t.Org, t.ID)
	if err != nil {
		return store.PostureRun{}, err
	}
	if by == "" {
		by = set.Profile
	}
	run := b.db.Postures.NewPostureRun(by, cause)
	run.At = b.now()
	in := posture.Input{Reader: b.db.Inventory.At(t.Org, t.ID, time.Time{}), Settings: set.Settings, Profile: by, Now: run.At}
	kept, err := b.db.Postures.Exceptions(ctx, t.Org, t.ID)
	for _, x := range kept {
		in.Exceptions = append(in.Exceptions, x.Exception)
	}
	if err != nil {
		return run, err
	}
	results, err := posture.Run(ctx, in, b.deps.Checks)
	if err != nil {
		return run, err
	}
	run.Score = posture.ScoreOf(results)
	return run, b.db.Postures.Judge(ctx, t, store.Judgement{PostureRun: run, Results: results, Settles: by == set.Profile})
}
