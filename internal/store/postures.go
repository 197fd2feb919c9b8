package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/inventory"
	"sallyport/internal/posture"
)

// Postures is how the Okta orgs stand that organizations look at: the tables
// posture_… and finding….
type Postures struct {
	db  *DB
	now func() time.Time
}

// PostureRun is one judgement of a tenant.
type PostureRun struct {
	ID      string
	Profile posture.Profile
	At      time.Time
	Cause   string // "sync", "asked", "settings", "daily"
	Score   posture.Score
}

// postureRunFields returns where the columns of a judgement go, and what makes it of
// them.
func postureRunFields(r *PostureRun) (fields []any, done func() error) {
	var at, share, visible int64
	var counts string
	return []any{&r.ID, &r.Profile, &at, &r.Cause, &share, &visible, &counts}, func() error {
		r.At, r.Score.Share, r.Score.Visible = fromMicros(at), float64(share)/millionths, float64(visible)/millionths
		return json.Unmarshal([]byte(counts), &r.Score.Counts)
	}
}

// millionths is what shares are stored in.
const millionths = 1_000_000

const runOfPosture = `r.id, r.profile, r.at, r.cause, r.share, r.visible, r.counts`

func scanPostureRun(rows *sql.Rows) (r PostureRun, err error) {
	fields, done := postureRunFields(&r)
	if err = rows.Scan(fields...); err != nil {
		return r, err
	}
	return r, done()
}

// ofTenant joins what is of a tenant with it; it wants the organization and the
// tenant's id.
const ofTenant = ` JOIN tenant t ON t.no = r.tenant WHERE t.org_id = ? AND t.id = ?`

// Runs lists the judgements of a tenant by a profile since a time, the newest first.
func (t Postures) Runs(ctx context.Context, org, tenant string, p posture.Profile, since time.Time, limit int) ([]PostureRun, error) {
	return list(ctx, t.db, scanPostureRun, `SELECT `+runOfPosture+` FROM posture_run r`+ofTenant+` AND r.profile = ? AND r.at >= ? ORDER BY r.at DESC, r.id DESC LIMIT ?`,
		org, tenant, string(p), toMicros(since), limit)
}

// Results returns what the checks came to in a tenant's last judgement by a profile;
// it is not found where there is none.
func (t Postures) Results(ctx context.Context, org, tenant string, p posture.Profile) (PostureRun, []posture.Result, error) {
	type stored struct {
		run    PostureRun
		packed []byte
	}
	got, err := one(ctx, t.db, "judgement", func(rows *sql.Rows) (s stored, err error) {
		fields, done := postureRunFields(&s.run)
		if err = rows.Scan(append(fields, &s.packed)...); err != nil {
			return s, err
		}
		return s, done()
	}, `SELECT `+runOfPosture+`, r.results FROM posture_run r`+ofTenant+` AND r.profile = ? ORDER BY r.at DESC, r.id DESC LIMIT 1`, org, tenant, string(p))
	if err != nil {
		return PostureRun{}, nil, err
	}
	text, err := unpack(got.packed)
	if err != nil {
		return got.run, nil, err
	}
	var results []posture.Result
	return got.run, results, json.Unmarshal(text, &results)
}

// keptResults is of how many judgements by one profile the results are kept; of
// those before only the score is.
const keptResults = 2

// Judgement is what a tenant was judged to be.
type Judgement struct {
	PostureRun

	Results []posture.Result
	// Settles says that findings go by it: it is by the tenant's own profile.
	Settles bool
	// Start returns the runs that the turns of findings start; flows is the revision
	// of the organization's flows that holds. Nil starts none.
	Start func(flows int64, turned []posture.Turned) ([]flow.Run, error)
}

// Judge keeps a judgement: its results, its score, and what it changes of findings,
// with what follows from that: notices, runs of flows, and turns of schedules.
func (t Postures) Judge(ctx context.Context, tenant inventory.Tenant, j Judgement) error {
	text, err := json.Marshal(j.Results)
	if err != nil {
		return err
	}
	counts, err := json.Marshal(j.Score.Counts)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, tenant.Org, tenant.ID)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO posture_run (id, tenant, profile, at, cause, share, visible, counts, results) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			j.ID, no, string(j.Profile), toMicros(j.At), j.Cause, int64(j.Score.Share*millionths), int64(j.Score.Visible*millionths), string(counts), pack(text)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE posture_run SET results = ? WHERE tenant = ? AND profile = ? AND id NOT IN
			(SELECT id FROM posture_run WHERE tenant = ? AND profile = ? ORDER BY at DESC, id DESC LIMIT ?)`,
			[]byte{}, no, string(j.Profile), no, string(j.Profile), keptResults); err != nil {
			return err
		}
		if !j.Settles {
			return nil
		}
		// Two servers that judge an org would each take what is new for their own.
		if err := tx.hold(ctx, "findings "+tenant.ID); err != nil {
			return err
		}
		turned, err := tx.settleFindings(ctx, no, j)
		if err != nil || len(turned) == 0 {
			return err
		}
		return tx.followFindings(ctx, tenant, j, turned, t.now())
	})
}

func (tx *Tx) settleFindings(ctx context.Context, tenant int64, j Judgement) ([]posture.Turned, error) {
	held, err := list(ctx, tx, scanFinding, `SELECT `+findingColumns+` FROM finding r WHERE r.tenant = ?`, tenant)
	if err != nil {
		return nil, err
	}
	before := make(map[string]posture.Finding, len(held))
	for _, f := range held {
		before[f.ID] = f
	}
	var rows, changes [][]any
	changed := posture.Settle(held, j.Results, j.At)
	for _, f := range changed {
		rows = append(rows, []any{
			tenant, f.ID, f.Check, string(f.Severity), int64(f.Severity.Rank()), string(f.Object.Kind), f.Object.ID, f.Object.Part, f.Object.Name,
			string(f.State), f.Said, toMicros(f.Opened), toMicros(f.Closed), toMicros(f.Seen), int64(f.Times),
		})
		if before[f.ID].State != f.State {
			changes = append(changes, []any{tenant, f.ID, toMicros(j.At), string(f.State), j.ID})
		}
	}
	if err := tx.upsertEach(ctx, findingRows(), rows); err != nil {
		return nil, err
	}
	return posture.TurnsOf(held, changed, j.Results), tx.upsertEach(ctx, bulk{
		table: "finding_change", columns: []string{"tenant", "finding", "at", "state", "run_id"}, types: []string{"bigint", "text", "bigint", "text", "text"}, conflict: "tenant, finding, at",
	}, changes)
}

func findingRows() bulk {
	return bulk{
		table: "finding", conflict: "tenant, id",
		columns: []string{"tenant", "id", "check_id", "severity", "grave", "kind", "okta_id", "part", "name", "state", "said", "opened_at", "closed_at", "seen_at", "times"},
		types:   []string{"bigint", "text", "text", "text", "bigint", "text", "text", "text", "text", "text", "text", "bigint", "bigint", "bigint", "bigint"},
	}
}

const findingColumns = `r.id, r.check_id, r.severity, r.kind, r.okta_id, r.part, r.name, r.state, r.said, r.opened_at, r.closed_at, r.seen_at, r.times`

func scanFinding(rows *sql.Rows) (f posture.Finding, err error) {
	var opened, closed, seen int64
	err = rows.Scan(&f.ID, &f.Check, &f.Severity, &f.Object.Kind, &f.Object.ID, &f.Object.Part, &f.Object.Name, &f.State, &f.Said, &opened, &closed, &seen, &f.Times)
	f.Opened, f.Closed, f.Seen = fromMicros(opened), fromMicros(closed), fromMicros(seen)
	return f, err
}

// FindingFilter says which findings are listed. An empty list is no filter.
type FindingFilter struct {
	States     []posture.FindingState
	Severities []posture.Severity
	Checks     []string
	Kind       inventory.Kind // of the object
	Object     string         // its id
	Text       string         // in the name or in what is said, in any case
	After      string         // the finding that the list goes on after
	Limit      int
}

// Findings lists findings, the gravest first.
func (t Postures) Findings(ctx context.Context, org, tenant string, f FindingFilter) ([]posture.Finding, error) {
	w := &where{}
	w.add(`t.org_id = ?`, org)
	w.add(`t.id = ?`, tenant)
	oneOf(w, `r.state`, f.States)
	oneOf(w, `r.severity`, f.Severities)
	oneOf(w, `r.check_id`, f.Checks)
	w.addIf(f.Kind != "", `r.kind = ?`, string(f.Kind))
	w.addIf(f.Object != "", `r.okta_id = ?`, f.Object)
	like := "%" + likely(f.Text) + "%"
	w.addIf(f.Text != "", `(lower(r.name) LIKE lower(?) ESCAPE '\' OR lower(r.said) LIKE lower(?) ESCAPE '\')`, like, like)
	if f.After != "" {
		last, err := one(ctx, t.db, "finding", func(rows *sql.Rows) (g int64, err error) { return g, rows.Scan(&g) },
			`SELECT r.grave FROM finding r`+ofTenant+` AND r.id = ?`, org, tenant, f.After)
		if err != nil {
			return nil, err
		}
		w.add(`(r.grave > ? OR r.grave = ? AND r.id > ?)`, last, last, f.After)
	}
	return list(ctx, t.db, scanFinding, `SELECT `+findingColumns+` FROM finding r JOIN tenant t ON t.no = r.tenant `+w.text()+` ORDER BY r.grave, r.id LIMIT ?`, append(w.args, f.Limit)...)
}

// Finding returns one finding.
func (t Postures) Finding(ctx context.Context, org, tenant, finding string) (posture.Finding, error) {
	return one(ctx, t.db, "finding", scanFinding, `SELECT `+findingColumns+` FROM finding r`+ofTenant+` AND r.id = ?`, org, tenant, finding)
}

// FindingChange is when a finding became what.
type FindingChange struct {
	At    time.Time
	State posture.FindingState
}

// FindingChanges lists what became of a finding, the newest first.
func (t Postures) FindingChanges(ctx context.Context, org, tenant, finding string, limit int) ([]FindingChange, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (c FindingChange, err error) {
		var at int64
		err = rows.Scan(&at, &c.State)
		c.At = fromMicros(at)
		return c, err
	}, `SELECT r.at, r.state FROM finding_change r`+ofTenant+` AND r.finding = ? ORDER BY r.at DESC LIMIT ?`, org, tenant, finding, limit)
}

// CountFindings counts the findings of a tenant that are open, by severity.
func (t Postures) CountFindings(ctx context.Context, org, tenant string) (map[posture.Severity]int, error) {
	return counts[posture.Severity](ctx, t.db, `SELECT r.severity, count(*) FROM finding r`+ofTenant+` AND r.state = ? GROUP BY r.severity`, org, tenant, string(posture.Open))
}

// PostureException is an exception as it is kept.
type PostureException struct {
	posture.Exception

	ID        string
	CreatedAt time.Time
	CreatedBy string // account
}

// Exceptions lists the exceptions of a tenant.
func (t Postures) Exceptions(ctx context.Context, org, tenant string) ([]PostureException, error) {
	return list(ctx, t.db, func(rows *sql.Rows) (x PostureException, err error) {
		var expires, created int64
		err = rows.Scan(&x.ID, &x.Check, &x.Object, &x.Reason, &x.Owner, &expires, &created, &x.CreatedBy)
		x.Expires, x.CreatedAt = fromMicros(expires), fromMicros(created)
		return x, err
	}, `SELECT r.id, r.check_id, r.object, r.reason, r.owner, r.expires_at, r.created_at, r.created_by FROM posture_exception r`+ofTenant+` ORDER BY r.check_id, r.object`, org, tenant)
}

// Except keeps an exception, in the place of one for the same.
func (t Postures) Except(ctx context.Context, org, tenant string, x PostureException) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, org, tenant)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO posture_exception (id, tenant, check_id, object, reason, owner, expires_at, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant, check_id, object) DO UPDATE SET reason = excluded.reason, owner = excluded.owner, expires_at = excluded.expires_at, created_at = excluded.created_at, created_by = excluded.created_by`,
			x.ID, no, x.Check, x.Object, x.Reason, x.Owner, toMicros(x.Expires), toMicros(x.CreatedAt), x.CreatedBy); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "posture.excepted", Object: "tenant:" + tenant, Detail: map[string]any{"check": x.Check, "object": x.Object, "reason": x.Reason}})
	})
}

// Unexcept takes an exception back.
func (t Postures) Unexcept(ctx context.Context, org, tenant, exception string) error {
	return t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, org, tenant)
		if err != nil {
			return err
		}
		if err := tx.change(ctx, "exception", `DELETE FROM posture_exception WHERE tenant = ? AND id = ?`, no, exception); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "posture.unexcepted", Object: "tenant:" + tenant, Detail: map[string]any{"exception": exception}})
	})
}

// PostureSetting is what a tenant is judged by.
type PostureSetting struct {
	Profile   posture.Profile
	Settings  posture.Settings
	ChangedAt time.Time // zero where nobody set anything
}

// Setting returns what a tenant is judged by: what was set, or what holds where
// nothing was.
func (t Postures) Setting(ctx context.Context, org, tenant string) (PostureSetting, error) {
	got, err := one(ctx, t.db, "setting", func(rows *sql.Rows) (s PostureSetting, err error) {
		var text string
		var at int64
		if err = rows.Scan(&s.Profile, &text, &at); err != nil {
			return s, err
		}
		s.ChangedAt = fromMicros(at)
		return s, json.Unmarshal([]byte(text), &s.Settings)
	}, `SELECT r.profile, r.settings, r.changed_at FROM posture_setting r`+ofTenant, org, tenant)
	if errs.KindOf(err) == errs.NotFound {
		return PostureSetting{Profile: posture.Baseline, Settings: posture.DefaultSettings()}, nil
	}
	return got, err
}

// Set keeps what a tenant is judged by.
func (t Postures) Set(ctx context.Context, org, tenant string, s PostureSetting) error {
	text, err := json.Marshal(s.Settings)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		no, err := tenantNo(ctx, tx, org, tenant)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO posture_setting (tenant, profile, settings, changed_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (tenant) DO UPDATE SET profile = excluded.profile, settings = excluded.settings, changed_at = excluded.changed_at`, no, string(s.Profile), string(text), toMicros(t.now())); err != nil {
			return err
		}
		return tx.Audit(ctx, org, audit.Note{Action: "posture.set", Object: "tenant:" + tenant, Detail: map[string]any{"profile": string(s.Profile)}})
	})
}

// Unjudged lists the Okta orgs of all organizations that are to be judged: read or
// set otherwise since they last were, or judged before a time. That a delta changed
// something counts once they were last judged before another time.
func (t Postures) Unjudged(ctx context.Context, before, changed time.Time) ([]inventory.Tenant, error) {
	return list(ctx, t.db, scanTenant, `SELECT `+tenantColumns+` FROM tenant t
		WHERE t.provider = ? AND EXISTS (SELECT 1 FROM inventory_sync s WHERE s.tenant = t.no AND s.state = ?)
		AND NOT EXISTS (SELECT 1 FROM posture_run r WHERE r.tenant = t.no AND r.at >= ?
			AND r.at >= COALESCE((SELECT max(s.ended_at) FROM inventory_sync s WHERE s.tenant = t.no AND s.state = ?), 0)
			AND r.at >= COALESCE((SELECT p.changed_at FROM posture_setting p WHERE p.tenant = t.no), 0)
			AND r.at >= COALESCE((SELECT max(x.created_at) FROM posture_exception x WHERE x.tenant = t.no), 0)
			AND (r.at >= ? OR r.at >= COALESCE((SELECT d.changed_at FROM inventory_delta d WHERE d.tenant = t.no), 0))) ORDER BY no`,
		string(inventory.ByOkta), string(inventory.SyncDone), toMicros(before), string(inventory.SyncDone), toMicros(changed))
}

// NewPostureRun returns a judgement of now, without its score.
func (t Postures) NewPostureRun(p posture.Profile, cause string) PostureRun {
	now := t.now()
	return PostureRun{ID: id.At(now), Profile: p, At: now, Cause: cause}
}
