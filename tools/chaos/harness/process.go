package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// node is one server.
type node struct {
	bin, dir, addr string
	room           *room
	cmd            *exec.Cmd
	ended          chan struct{}
	log            *os.File
}

func (n *node) url() string    { return "http://" + n.addr }
func (n *node) config() string { return filepath.Join(n.dir, "sallyport.yaml") }
func (n *node) clock() string  { return filepath.Join(n.dir, "clock") }

// options of all nodes: they poll often, so that what a hook lost comes soon, and
// log what goes wrong.
const nodeOptions = `data_dir: %q
key_file: %q
listen: %q
base_url: "http://%s"
database: %q
egress: { allow: [127.0.0.0/8] }
poll: { least: 1s, most: 2s }
log: { level: info }
session: { idle: 1000h, absolute: 2000h }
shutdown: 5s
`

// start starts the server and waits until it is ready.
func (n *node) start(ctx context.Context) error {
	if err := n.launch(ctx); err != nil {
		return err
	}
	return n.ready(ctx, 30*time.Second)
}

func (n *node) launch(ctx context.Context) error {
	n.cmd = n.room.command(context.WithoutCancel(ctx), n.bin, "serve", "--config", n.config())
	n.cmd.Env = append(os.Environ(), "CHAOS_CLOCK="+n.clock())
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	if err := n.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := n.cmd, make(chan struct{})
	n.ended = ended
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	return nil
}

func (n *node) ready(ctx context.Context, within time.Duration) error {
	for began := time.Now(); time.Since(began) < within; pause(ctx, 20*time.Millisecond) {
		select {
		case <-n.ended:
			return fmt.Errorf("the server on %s ended at its start: %s", n.addr, n.tail())
		default:
		}
		if code, _ := status(ctx, n.url()+"/readyz"); code == http.StatusOK {
			return ctx.Err()
		}
	}
	return fmt.Errorf("the server on %s is not ready after %s: %s", n.addr, within, n.tail())
}

func (n *node) alive() bool {
	select {
	case <-n.ended:
		return false
	default:
		return n.cmd != nil
	}
}

// kill ends the server as a power cut does.
func (n *node) kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill()
	<-n.ended
}

// tail is the end of what the server logged.
func (n *node) tail() string {
	text, err := os.ReadFile(n.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-1500):])
}

func status(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// company is the simulated company, a program of its own.
type company struct {
	cmd   *exec.Cmd
	state companyState
	at    string // its own address, past the proxy
}

// companyState is what the sandbox says of itself.
type companyState struct {
	URL  string
	Okta struct {
		URL, Token, Domain string
		ReadOnly           string `json:"read_only_token"`
	}
	Slack struct {
		URL, Token string
		Secret     string `json:"signing_secret"`
	}
}

// companySize is what a company is made with.
type companySize struct {
	users   int
	traffic float64 // events of ordinary life a minute
	history time.Duration
}

func startCompany(ctx context.Context, bin, addr, url string, size companySize, seed uint64) (*company, error) {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), bin, "sandbox", "--listen", addr, "--url", url, "--users", strconv.Itoa(size.users), "--seed", fmt.Sprint(seed), //nolint:gosec // the program that was named
		"--traffic", fmt.Sprint(size.traffic), "--history", size.history.String(), "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &company{cmd: cmd, at: "http://" + addr}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.state)
	}
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("start the simulated company: %w", err)
	}
	return c, nil
}

func (c *company) stop() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// client calls an API, as a person in a browser or as a program.
type client struct {
	base   string
	cookie *http.Cookie
}

func (c client) do(ctx context.Context, method, path string, in, into any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, answer)
	}
	if into == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, into)
}

const (
	adminEmail    = "chaos@acme.example"
	adminPassword = "correct horse battery"
)

// account makes the administrator, before the first server is started.
func (n *node) account(ctx context.Context) error {
	cmd := n.room.command(ctx, n.bin, "user", "add", "--config", n.config(), "--email", adminEmail, "--role", "admin")
	cmd.Stdin = strings.NewReader(adminPassword + "\n")
	return quietly(cmd)
}

// signIn returns the way in to a server's API.
func signIn(ctx context.Context, base string) (client, error) {
	body, err := json.Marshal(map[string]string{"email": adminEmail, "password": adminPassword})
	if err != nil {
		return client{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return client{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return client{}, err
	}
	_ = resp.Body.Close()
	if len(resp.Cookies()) == 0 {
		return client{}, errors.New("signing in answered " + resp.Status)
	}
	return client{base: base + "/api/v1", cookie: resp.Cookies()[0]}, nil
}
