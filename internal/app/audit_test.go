package app_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/secret"
	"sallyport/internal/store/storetest"
)

// What is told in the audit log reaches a collector, over TLS with a certificate of
// its own.
func TestAuditReachesTheCollector(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
		defer web.Close()
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		plain, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln := tls.NewListener(plain, &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})
		defer func() { _ = ln.Close() }()

		c := config.Default()
		c.DataDir, c.Database, c.Listen, c.Workers = t.TempDir(), secret.NewText(dsn), "127.0.0.1:0", 4
		c.Audit = config.Audit{Syslog: "tls://" + plain.Addr().String(), CAFile: ca}
		log := &buffer{}
		a, err := app.New(t.Context(), app.Options{Config: c, Version: "test", Log: slog.New(slog.NewJSONHandler(log, nil)), Content: withRules(t)})
		if err != nil {
			t.Fatal(err)
		}
		adminToken(t, a)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the server ended with %v\n%s", err, log)
			}
		}()
		conn, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		in := bufio.NewReader(conn)
		for _, want := range []string{`"action":"member.added"`, `"action":"token.added"`} {
			size, err := in.ReadString(' ')
			if err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(strings.TrimSpace(size))
			if err != nil {
				t.Fatal(err)
			}
			m := make([]byte, n)
			if _, err := io.ReadFull(in, m); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(m), "<109>1 ") || !strings.Contains(string(m), want) {
				t.Errorf("%s, want %s", m, want)
			}
		}
	})
}
