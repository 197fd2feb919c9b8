package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"sallyport/internal/doctor"
)

// examined runs the doctor and returns what it found and its exit code.
func examined(t *testing.T, args ...string) (doctor.Report, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"doctor", "--json", "--offline"}, args...), streams{&out, &errs})
	var r doctor.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s%s", err, &out, &errs)
	}
	return r, code
}

// said is one finding that is expected; both texts are expressions.
type said struct {
	level          doctor.Level
	text, remedies string
}

func expect(t *testing.T, r doctor.Report, want map[string]said) {
	t.Helper()
	for name, w := range want {
		found := false
		for _, f := range r.Findings {
			if f.Level == w.level && regexp.MustCompile(w.text).MatchString(f.Text) {
				found = regexp.MustCompile(w.remedies).MatchString(f.Remedy)
			}
		}
		if !found {
			t.Errorf("%s: no %s of %q with a remedy of %q in %+v", name, w.level, w.text, w.remedies, r.Findings)
		}
	}
	for _, f := range r.Findings {
		if (f.Level == doctor.OK) != (f.Remedy == "") {
			t.Errorf("%s, and to do: %q", f.Level, f.Remedy)
		}
	}
}

// place is an empty place for a server.
func place(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	t.Setenv("SALLYPORT_DATA_DIR", dir)
	t.Setenv("SALLYPORT_LISTEN", "127.0.0.1:0")
	return dir
}

// Before anything is there, or where it is not to be had, the doctor says so and
// makes nothing.
func TestDoctorWithoutAServer(t *testing.T) {
	dir := place(t)
	r, code := examined(t)
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	expect(t, r, map[string]said{
		"folder":   {doctor.Fail, "no data folder", "Start the server once"},
		"database": {doctor.Fail, "there is no database", "serve"},
		"base URL": {doctor.Warn, "base_url is not set", "Set base_url"},
	})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the data folder was made: %v", err)
	}
	t.Setenv("SALLYPORT_WORKERS", "many")
	r, code = examined(t)
	if code != exitFailed || len(r.Findings) != 1 {
		t.Errorf("exit code %d, %+v", code, r)
	}
	expect(t, r, map[string]said{"configuration": {doctor.Fail, "SALLYPORT_WORKERS", "config --list"}})
}

// What a certificate, modes and a proxy can have wrong is found before the database
// is open.
func TestDoctorOfFiles(t *testing.T) {
	dir := place(t)
	made := time.Now()
	for name, c := range map[string]struct {
		from, to time.Time
		want     said
	}{
		"good":     {made.Add(-time.Hour), made.Add(90 * 24 * time.Hour), said{doctor.OK, "is good until", ""}},
		"soon":     {made.Add(-time.Hour), made.Add(20 * 24 * time.Hour), said{doctor.Warn, "ends on", "Renew"}},
		"now":      {made.Add(-time.Hour), made.Add(24 * time.Hour), said{doctor.Fail, "ends on", "Renew"}},
		"over":     {made.Add(-2 * time.Hour), made.Add(-time.Hour), said{doctor.Fail, "ended on", "Renew"}},
		"too soon": {made.Add(time.Hour), made.Add(90 * 24 * time.Hour), said{doctor.Fail, "begins on", "clock"}},
	} {
		t.Run(name, func(t *testing.T) {
			cert, key := pair(t, c.from, c.to)
			t.Setenv("SALLYPORT_TLS_CERT_FILE", cert)
			t.Setenv("SALLYPORT_TLS_KEY_FILE", key)
			t.Setenv("SALLYPORT_BASE_URL", "https://other.example")
			r, _ := examined(t)
			expect(t, r, map[string]said{
				"span": c.want, "name": {doctor.Fail, "not for other.example", "set base_url"}, "chain": {doctor.Warn, "no authority", "whole chain"},
			})
		})
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sallyport.key"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "sallyport.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SALLYPORT_LISTEN", "0.0.0.0:0")
	r, _ := examined(t)
	expect(t, r, map[string]said{
		"mode of the folder": {doctor.Warn, "everybody on this machine", "chmod 700"},
		"mode of the key":    {doctor.Fail, "others can read the key file", "chmod 600"},
		"plain HTTP":         {doctor.Fail, "plain HTTP", "tls.cert_file"},
	})
	t.Setenv("SALLYPORT_BASE_URL", "https://sallyport.example")
	t.Setenv("SALLYPORT_LISTEN", "127.0.0.1:0")
	r, _ = examined(t)
	expect(t, r, map[string]said{"proxy": {doctor.Warn, "a proxy serves sallyport.example, and none is trusted", "trusted_proxies"}})
}

// pair makes a certificate for a.example, and its key.
func pair(t *testing.T, from, to time.Time) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a.example"}, DNSNames: []string{"a.example"}, NotBefore: from, NotAfter: to,
	}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// faults are planted in a database by hand, and found by the doctor, all at once.
// In their SQL {now} is the time in microseconds, {hour} one, and {day} a day of them.
var faults = map[string]struct { //nolint:gochecknoglobals // a table of a test
	sql  string
	want said
}{
	"a key that opens nothing": {`INSERT INTO connection (id, org_id, connector, name, auth, settings, learned, sealed, secrets, state, checked_at, created_at, updated_at)
		VALUES ('c1', 'o', 'slack', 'Slack', 'bearer', '{}', '{}', x'0102', '{}', 'failed', {now}, {now}, {now})`, said{doctor.Fail, "does not open 1 of", "key file in place"}},
	"a connection that failed": {`UPDATE connection SET state_error = 'token_revoked' WHERE id = 'c1'`, said{doctor.Fail, "acme/Slack.*token_revoked", "Connections > Slack"}},
	"a source that fails": {`INSERT INTO source (id, org_id, kind, name, poll, hook, enabled, start_at, created_at, error, error_at, failures)
		VALUES ('s1', 'o', 'okta', 'Log', 1, 0, 1, {now}, {now}, 'E0000011', {now}, 4)`, said{doctor.Fail, "acme/Log: 4 attempts.*E0000011", "Alert sources"}},
	"a source that lags": {`INSERT INTO source (id, org_id, kind, name, poll, hook, enabled, start_at, created_at, last_poll_at)
		VALUES ('s2', 'o', 'okta', 'Slow', 1, 0, 1, {now}, {now}, {now} - 2 * {hour})`, said{doctor.Fail, "acme/Slow: polling last came to the end of the log 2h", "serve"}},
	"a job that nobody works at": {`INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, state, scheduled_at, tags, errors, attempted_by)
		VALUES ('{}', 'flow_run', 9, '{}', 1, 'default', 'available', '2026-01-02 03:04:05.000', '[]', '[]', '[]')`, said{doctor.Fail, "a job has been waiting", "serve"}},
	"a job that was given up": {`INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, state, scheduled_at, finalized_at, tags, errors, attempted_by)
		VALUES ('{}', 'letter', 9, '{}', 1, 'letter', 'discarded', '2026-01-02 03:04:05.000', '2026-01-02 03:04:05.000', '[]', '[]', '[]')`, said{doctor.Fail, "1 jobs of kind letter were given up", "Retry"}},
	"a letter that failed": {`INSERT INTO letter (id, org_id, kind, recipient, address, state, due_at, expires_at, created_at, updated_at)
		VALUES ('l1', 'o', 'reset', 'a', 'a@b.example', 'failed', 0, 0, {now}, {now})`, said{doctor.Warn, "acme: 1 letters", "Settings > Mail"}},
	"provisioning with a wrong secret": {
		`INSERT INTO scim_key (id, org_id, secret_hash, created_by, created_at, failures, failed_at) VALUES ('k1', 'o', '', '', {now}, 7, {now})`,
		said{doctor.Fail, "acme: provisioning came with a wrong secret 7 times", "Settings > Provisioning"},
	},
	"metadata that cannot be read": {`INSERT INTO sso_config (org_id, enabled, version, grants_from, metadata, metadata_at, metadata_url, groups_attribute, refresh_error, updated_at, updated_by)
		VALUES ('o', 1, 1, 0, '<no/>', {now}, 'https://a.example', '', 'no such host', {now}, '')`, said{doctor.Fail, "acme: the metadata cannot be read", "paste the metadata"}},
	"metadata that is not fetched":  {`SELECT 1`, said{doctor.Warn, "acme: the metadata could not be fetched: no such host", "metadata_url"}},
	"an audit log that was changed": {`UPDATE audit_entry SET detail = '{"rows":1}' WHERE org_id = ''`, said{doctor.Fail, `\(server\): `, "access"}},
	"an old backup":                 {`UPDATE audit_entry SET at = {now} - 9 * {day} WHERE action = 'backup.written'`, said{doctor.Fail, "the last backup is of .* 9 days ago", "backup"}},
}

func TestDoctorFindsFaults(t *testing.T) {
	dir := place(t)
	var out, errs bytes.Buffer
	for _, args := range [][]string{{"org", "add", "--slug", "acme", "--name", "Acme"}, {"backup", filepath.Join(dir, "a.backup")}} {
		if code := run(t.Context(), args, streams{&out, &errs}); code != exitOK {
			t.Fatalf("%v: %s", args, &errs)
		}
	}
	r, code := examined(t)
	if code != exitOK {
		t.Errorf("before anything is planted: exit code %d: %+v", code, r)
	}
	expect(t, r, map[string]said{
		"database": {doctor.OK, "^sqlite 3", ""}, "schema": {doctor.OK, "up to date", ""}, "disk": {doctor.OK, "disk has", ""}, "backup": {doctor.OK, "last backup", ""}, "queue": {doctor.OK, "none for long", ""},
	})
	db, err := sql.Open("sqlite", filepath.Join(dir, "sallyport.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var org string
	if err := db.QueryRowContext(t.Context(), `SELECT id FROM organization WHERE slug = 'acme'`).Scan(&org); err != nil {
		t.Fatal(err)
	}
	want := map[string]said{}
	for _, name := range []string{
		"a key that opens nothing", "a connection that failed", "a source that fails", "a source that lags", "a job that nobody works at", "a job that was given up", "a letter that failed",
		"provisioning with a wrong secret", "metadata that cannot be read", "metadata that is not fetched", "an audit log that was changed", "an old backup",
	} {
		f := faults[name]
		want[name] = f.want
		if _, err := db.ExecContext(t.Context(), planted(f.sql, org)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	r, code = examined(t)
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	expect(t, r, want)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO migration (name) VALUES ('9999_later.sql')`); err != nil {
		t.Fatal(err)
	}
	r, _ = examined(t)
	expect(t, r, map[string]said{"a later version": {doctor.Fail, "9999_later.sql", "Install the version"}})
	if _, err := db.ExecContext(t.Context(), `DELETE FROM migration WHERE name >= '0046'`); err != nil {
		t.Fatal(err)
	}
	r, _ = examined(t)
	expect(t, r, map[string]said{"an earlier version": {doctor.Fail, "migrations have not been run, from 0046", "sallyport migrate"}})
	if err := os.Truncate(filepath.Join(dir, "sallyport.db"), 200_000); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	r, _ = examined(t)
	expect(t, r, map[string]said{"a damaged file": {doctor.Fail, "the database is damaged|malformed", "restore|Start the database"}})
}

// planted puts an organization and times into the SQL of a fault.
func planted(text, org string) string {
	for from, to := range map[string]string{
		`'o'`: "'" + org + "'", `\{now\}`: fmt.Sprint(time.Now().UnixMicro()), `\{hour\}`: fmt.Sprint(time.Hour.Microseconds()), `\{day\}`: fmt.Sprint(24 * time.Hour.Microseconds()),
	} {
		text = regexp.MustCompile(from).ReplaceAllString(text, to)
	}
	return text
}
