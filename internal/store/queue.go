package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// queue is River on our database. Jobs are inserted through database/sql on
// both databases, in the transaction of the rows that they belong to; they are
// worked through the driver that wakes fastest: pgx with LISTEN on PostgreSQL,
// and on SQLite one that we wake ourselves (wake.go).
type queue struct {
	insert *river.Client[*sql.Tx]
	wake   *waker // of SQLite; nil on PostgreSQL
}

// RunJob names a flow run that wants working.
type RunJob struct {
	Org, Run string
	Priority int // 1 first, 4 last
}

type runArgs struct {
	Org string `json:"org"`
	Run string `json:"run"`
}

// Kind names the job in River's table.
func (runArgs) Kind() string { return "flow_run" }

// noticeQueue is where notices wait: a slow peer of theirs keeps no run waiting.
const noticeQueue = "notice"

// noticeWorkers is how many notices are sent at once.
const noticeWorkers = 4

type noticeArgs struct {
	Org    string `json:"org"`
	Notice string `json:"notice"`
}

// Kind names the job in River's table.
func (noticeArgs) Kind() string { return "notice" }

// letterQueue is where letters wait: for the mail server alone.
const letterQueue = "letter"

// letterWorkers is how many letters are sent at once.
const letterWorkers = 2

type letterArgs struct {
	Letter string `json:"letter"`
}

// Kind names the job in River's table.
func (letterArgs) Kind() string { return "letter" }

// remedyQueue is where plans of remediation wait: a plan that waits for Okta keeps
// no run waiting.
const remedyQueue = "remedy"

// remedyWorkers is how many plans are worked at at once.
const remedyWorkers = 2

type remedyArgs struct {
	Org  string `json:"org"`
	Plan string `json:"plan"`
}

// Kind names the job in River's table.
func (remedyArgs) Kind() string { return "remedy" }

// maxAttempts is how often River starts a job that ends in an error. A run's own
// retries are not errors to River: they are snoozes.
const maxAttempts = 1000

func (db *DB) openQueue() error {
	cfg := &river.Config{Logger: quiet(db.log), SkipUnknownJobCheck: true, FetchCooldown: river.FetchCooldownMin}
	var err error
	if db.pool != nil {
		db.queue.insert, err = river.NewClient(riverdatabasesql.New(db.w), cfg)
	} else {
		db.queue.wake = newWaker()
		db.queue.insert, err = river.NewClient(newWakeDriver(db.w, db.queue.wake), cfg)
	}
	if err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	return nil
}

// enqueue puts runs in the queue; they are worked once the transaction stands.
func (tx *Tx) enqueue(ctx context.Context, runs []RunJob) error {
	if len(runs) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(runs))
	for i, r := range runs {
		jobs[i] = river.InsertManyParams{
			Args:       runArgs{Org: r.Org, Run: r.Run},
			InsertOpts: &river.InsertOpts{Priority: max(1, min(4, r.Priority)), MaxAttempts: maxAttempts},
		}
	}
	if _, err := tx.db.queue.insert.InsertManyFastTx(ctx, tx.tx, jobs); err != nil {
		return fmt.Errorf("enqueue runs: %w", tx.db.sorted(err))
	}
	if w := tx.db.queue.wake; w != nil {
		tx.AfterCommit(w.wake)
	}
	return nil
}

// enqueueNotices puts notices in their queue; they are sent once the transaction
// stands.
func (tx *Tx) enqueueNotices(ctx context.Context, org string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: noticeArgs{Org: org, Notice: id}, InsertOpts: &river.InsertOpts{Queue: noticeQueue, MaxAttempts: maxAttempts}}
	}
	if _, err := tx.db.queue.insert.InsertManyFastTx(ctx, tx.tx, jobs); err != nil {
		return fmt.Errorf("enqueue notices: %w", tx.db.sorted(err))
	}
	return nil
}

// enqueueAgain puts a letter in its queue, in the place of the job that it may have
// there.
func (tx *Tx) enqueueAgain(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, `DELETE FROM river_job WHERE kind = ? AND state IN ('available', 'scheduled', 'retryable') AND `+tx.db.d.text("args", "letter")+` = ?`, letterArgs{}.Kind(), id)
	if err != nil {
		return err
	}
	return tx.enqueueLetter(ctx, id)
}

// enqueueLetter puts a letter that is in no queue in its own: it is sent once the
// transaction stands.
func (tx *Tx) enqueueLetter(ctx context.Context, id string) error {
	if _, err := tx.db.queue.insert.InsertTx(ctx, tx.tx, letterArgs{Letter: id}, &river.InsertOpts{Queue: letterQueue, MaxAttempts: maxAttempts}); err != nil {
		return fmt.Errorf("enqueue letter: %w", tx.db.sorted(err))
	}
	return nil
}

// enqueueRemedy puts a plan in its queue: it is worked at from a time on, once the
// transaction stands.
func (tx *Tx) enqueueRemedy(ctx context.Context, org, plan string, at time.Time) error {
	opts := &river.InsertOpts{Queue: remedyQueue, MaxAttempts: maxAttempts}
	if at.After(time.Now()) {
		opts.ScheduledAt = at
	}
	if _, err := tx.db.queue.insert.InsertTx(ctx, tx.tx, remedyArgs{Org: org, Plan: plan}, opts); err != nil {
		return fmt.Errorf("enqueue plan: %w", tx.db.sorted(err))
	}
	return nil
}

// dropJobs takes a run's jobs out of the queue that nobody works at.
func (tx *Tx) dropJobs(ctx context.Context, run string) error {
	_, err := tx.exec(ctx, `DELETE FROM river_job WHERE kind = ? AND state IN ('available', 'scheduled', 'retryable') AND `+tx.db.d.text("args", "run")+` = ?`, runArgs{}.Kind(), run)
	return err
}

// RunHandler works one run. It returns when the run has ended (zero time), or
// the time at which it wants to be called again. An error means that it could
// not be worked at all; it is tried again soon.
type RunHandler func(ctx context.Context, org, run string) (again time.Time, err error)

// NoticeHandler sends one notice, as a [RunHandler] works a run.
type NoticeHandler func(ctx context.Context, org, notice string) (again time.Time, err error)

// LetterHandler sends one letter, as a [RunHandler] works a run.
type LetterHandler func(ctx context.Context, letter string) (again time.Time, err error)

// RemedyHandler works at one plan of remediation, as a [RunHandler] works a run.
type RemedyHandler func(ctx context.Context, org, plan string) (again time.Time, err error)

// WorkerOptions says how jobs are worked.
type WorkerOptions struct {
	Workers int // runs worked at once
	Run     RunHandler
	Notice  NoticeHandler // nil where none are sent
	Letter  LetterHandler // nil where none are sent
	Remedy  RemedyHandler // nil where none are worked at
	Log     *slog.Logger
	Sweep   time.Duration // how often runs that have lost their job, and jobs that nobody has, are looked for; a minute, and a second, where nothing is said
	LongLog int64         // bytes from which on SQLite's write-ahead log is begun anew; 128 MB where nothing is said
}

// Workers are the workers of this process.
type Workers struct {
	finish  func(context.Context) error // waits for the jobs under way
	cut     func(context.Context) error // interrupts them
	release func()
}

// cutWithin is how long jobs that were interrupted have to return.
const cutWithin = 5 * time.Second

// Stop takes no more jobs and waits for those under way until ctx ends; the rest
// is interrupted, and resumed by whoever works next.
func (w *Workers) Stop(ctx context.Context) error {
	err := w.finish(ctx)
	if err != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutWithin)
		defer cancel()
		err = w.cut(last)
	}
	w.release()
	return err
}

// StartWorkers works the queue until Stop. Work that a dead process left
// behind is freed first: at once on SQLite, which one process owns, and on
// PostgreSQL within a second of that process's death.
func (db *DB) StartWorkers(ctx context.Context, o WorkerOptions) (*Workers, error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &runWorker{run: o.Run}); err != nil {
		return nil, err
	}
	queues := map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}}
	if o.Notice != nil {
		if err := river.AddWorkerSafely(workers, &noticeWorker{send: o.Notice}); err != nil {
			return nil, err
		}
		queues[noticeQueue] = river.QueueConfig{MaxWorkers: noticeWorkers, FetchPollInterval: noticePoll}
	}
	if o.Letter != nil {
		if err := river.AddWorkerSafely(workers, &letterWorker{send: o.Letter}); err != nil {
			return nil, err
		}
		queues[letterQueue] = river.QueueConfig{MaxWorkers: letterWorkers, FetchPollInterval: noticePoll}
	}
	if o.Remedy != nil {
		if err := river.AddWorkerSafely(workers, &remedyWorker{work: o.Remedy}); err != nil {
			return nil, err
		}
		queues[remedyQueue] = river.QueueConfig{MaxWorkers: remedyWorkers, FetchPollInterval: noticePoll}
	}
	held := &hands{held: map[int64]int{}}
	cfg := &river.Config{
		Middleware:                  []rivertype.Middleware{held.hold()},
		ID:                          db.self,
		Workers:                     workers,
		Queues:                      queues,
		FetchCooldown:               10 * time.Millisecond,
		FetchPollInterval:           200 * time.Millisecond,
		JobTimeout:                  -1, // a run has its own
		RescueStuckJobsAfter:        24 * time.Hour,
		CompletedJobRetentionPeriod: time.Hour,
		RetryPolicy:                 soon{},
		Logger:                      quiet(o.Log),
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	start := db.startSQLite
	if db.pool != nil {
		start = db.startPostgres
	}
	w, err := start(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	w.also(ctx, func(ctx context.Context) { db.keepWorked(ctx, cmp.Or(o.Sweep, sweepStranded), o.Log) })
	w.also(ctx, func(ctx context.Context) { db.keepFound(ctx, held, cmp.Or(o.Sweep, sweepEvery), o.Log) })
	if db.pool != nil {
		w.also(ctx, func(ctx context.Context) { keepAnalyzed(ctx, db.pool, o.Log) })
	} else {
		w.also(ctx, func(ctx context.Context) {
			db.keepShort(ctx, cmp.Or(o.Sweep, lookAtLog), cmp.Or(o.LongLog, longLog), o.Log)
		})
	}
	return w, nil
}

// also does something as long as the workers work.
func (w *Workers) also(ctx context.Context, fn func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	done.Go(func() { fn(ctx) })
	release := w.release
	w.release = func() {
		cancel()
		done.Wait()
		release()
	}
}

// Own makes this process the one that works on an SQLite file, until the workers
// that it starts have stopped or the database is closed. It is a conflict where
// another works on it. A server calls it before it writes anything. On PostgreSQL,
// which several servers share, there is nothing to own.
func (db *DB) Own() error {
	if db.pool != nil {
		return nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.unlock != nil {
		return nil
	}
	var err error
	db.unlock, err = lockFile(db.path+".lock", false)
	return err
}

// owned returns what frees the lock of [DB.Own], once; nil where there is none.
func (db *DB) owned() func() {
	db.mu.Lock()
	defer db.mu.Unlock()
	unlock := db.unlock
	db.unlock = nil
	return unlock
}

func (db *DB) startSQLite(ctx context.Context, cfg *river.Config, _ WorkerOptions) (*Workers, error) {
	if err := db.Own(); err != nil {
		return nil, err
	}
	unlock := db.owned()
	if err := db.freeOrphans(ctx); err != nil {
		unlock()
		return nil, err
	}
	cl, err := river.NewClient(newWakeDriver(db.w, db.queue.wake), cfg)
	if err == nil {
		err = cl.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		unlock()
		return nil, fmt.Errorf("start workers: %w", err)
	}
	return &Workers{finish: cl.Stop, cut: cl.StopAndCancel, release: unlock}, nil
}

// freeOrphans makes every running job available, and every lease free: the
// process that had them is dead, as this one holds the lock.
func (db *DB) freeOrphans(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM lease`)
		return err
	})
}

func (db *DB) startPostgres(ctx context.Context, cfg *river.Config, o WorkerOptions) (*Workers, error) {
	alive, err := startLiveness(ctx, db.pool, cfg.ID, o.Log)
	if err != nil {
		return nil, err
	}
	cl, err := river.NewClient(riverpgxv5.New(db.pool), cfg)
	if err == nil {
		err = cl.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		alive.stop()
		return nil, fmt.Errorf("start workers: %w", err)
	}
	return &Workers{finish: cl.Stop, cut: cl.StopAndCancel, release: alive.stop}, nil
}

func clientID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.60s-%d-%s", host, os.Getpid(), rand.Text()[:8])
}

type runWorker struct {
	river.WorkerDefaults[runArgs]
	run RunHandler
}

// Work is one attempt at a run.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	again, err := w.run(ctx, job.Args.Org, job.Args.Run)
	if err != nil {
		return err
	}
	if !again.IsZero() {
		return river.JobSnooze(max(0, time.Until(again)))
	}
	return nil
}

// noticePoll is how often notices are looked for where the database tells of none.
const noticePoll = 500 * time.Millisecond

type noticeWorker struct {
	river.WorkerDefaults[noticeArgs]
	send NoticeHandler
}

// Work is one attempt at a notice.
func (w *noticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	again, err := w.send(ctx, job.Args.Org, job.Args.Notice)
	if err != nil {
		return err
	}
	if !again.IsZero() {
		return river.JobSnooze(max(0, time.Until(again)))
	}
	return nil
}

type letterWorker struct {
	river.WorkerDefaults[letterArgs]
	send LetterHandler
}

// Work is one attempt at a letter.
func (w *letterWorker) Work(ctx context.Context, job *river.Job[letterArgs]) error {
	again, err := w.send(ctx, job.Args.Letter)
	if err != nil {
		return err
	}
	if !again.IsZero() {
		return river.JobSnooze(max(0, time.Until(again)))
	}
	return nil
}

type remedyWorker struct {
	river.WorkerDefaults[remedyArgs]
	work RemedyHandler
}

// Work is one attempt at a plan.
func (w *remedyWorker) Work(ctx context.Context, job *river.Job[remedyArgs]) error {
	again, err := w.work(ctx, job.Args.Org, job.Args.Plan)
	if err != nil {
		return err
	}
	if !again.IsZero() {
		return river.JobSnooze(max(0, time.Until(again)))
	}
	return nil
}

// soon is River's retry policy for jobs that could not be worked: the fault is
// ours or the database's, and the run should not wait long for its end.
type soon struct{}

// NextRetry returns a time between one second and a minute from now.
func (soon) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(min(time.Minute, time.Duration(1<<min(6, len(job.Errors)))*time.Second))
}

// quiet lets River log what somebody has to know; its chatter at every start is
// not that.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(minLevel{log.Handler(), slog.LevelWarn})
}

type minLevel struct {
	slog.Handler
	least slog.Level
}

// Enabled drops what is below the least level.
func (h minLevel) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.least && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the level.
func (h minLevel) WithAttrs(as []slog.Attr) slog.Handler {
	return minLevel{h.Handler.WithAttrs(as), h.least}
}

// WithGroup keeps the level.
func (h minLevel) WithGroup(name string) slog.Handler {
	return minLevel{h.Handler.WithGroup(name), h.least}
}
