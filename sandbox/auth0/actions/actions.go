// Package actions runs the JavaScript of Auth0 Actions as Auth0 does, for real:
// each trigger execution in a process of its own that has limited memory and
// time, no network and nothing of the environment.
//
// The process is the program itself, started again with [Argument]; its main
// hands over to [Main]. A program that does not know the argument refuses it,
// and [Run] says that Actions cannot be run.
package actions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Argument is the only argument of the process that runs Actions.
const Argument = "-run-auth0-actions"

// Limits of Auth0, and of the process.
const (
	// Timeout is how long all Actions of a trigger may take together.
	Timeout = 20 * time.Second
	// Memory is how much one execution may use, in bytes.
	Memory = 128 << 20
	// maxConsole is how much of what an Action logs is kept, in characters.
	maxConsole = 256
	// maxResult is how long the result may be, in bytes.
	maxResult = 8 << 20
	// grace is how much longer than its Actions the process may live.
	grace = 2 * time.Second
)

// ErrUnavailable says that this program cannot run Actions.
var ErrUnavailable = errors.New("Actions cannot be run by this program") //nolint:staticcheck // Actions are a name

// Action is one Action to run.
type Action struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Code    string            `json:"code"`
	Secrets map[string]string `json:"secrets,omitempty"`
}

// Job is one execution of a trigger.
type Job struct {
	// Actions are run in their order, until one denies access or fails.
	Actions []Action `json:"actions"`
	// Event is what they are given, as JSON; secrets are added to it.
	Event map[string]any `json:"event"`
	// CheckOnly has the code read and not run.
	CheckOnly bool `json:"check_only,omitempty"`
	// Timeout and Memory are Auth0's when they are zero.
	Timeout time.Duration `json:"timeout"`
	Memory  uint64        `json:"memory"`
}

// Result is what an execution came to.
type Result struct {
	Executions []Execution `json:"executions"` // of the Actions that were run
	Effects    []Effect    `json:"effects"`    // what they did through api, in order
}

// Execution is the run of one Action.
type Execution struct {
	ActionID string    `json:"action_id"`
	Name     string    `json:"name"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Console  string    `json:"console"` // at most 256 characters
	Error    *Error    `json:"error,omitempty"`
}

// Classes of errors, as Auth0's log of a failed execution names them.
const (
	ClassAction   = "action_error"
	ClassTimeout  = "action_timeout"
	ClassPlatform = "platform_error"
)

// Error is why an Action failed.
type Error struct {
	Class   string `json:"class"`
	Name    string `json:"name"` // "TypeError"
	Message string `json:"message"`
	Stack   string `json:"stack"`
}

// Error implements error.
func (e *Error) Error() string { return e.Name + ": " + e.Message }

// Kinds of effects.
const (
	Deny          = "deny"
	UserMetadata  = "user_metadata"
	AppMetadata   = "app_metadata"
	IDClaim       = "id_token_claim"
	AccessClaim   = "access_token_claim"
	AddScope      = "add_scope"
	RemoveScope   = "remove_scope"
	Multifactor   = "multifactor"
	RevokeSession = "revoke_session"
)

// Effect is one thing that an Action did through its api.
type Effect struct {
	Kind   string `json:"kind"`
	Action string `json:"action"` // its id
	Name   string `json:"name"`   // of a claim, a key of metadata, a provider
	Value  any    `json:"value"`  // of a claim or key; the reason of a denial
}

// Denied returns the reason with which access was denied.
func (r Result) Denied() (reason string, denied bool) {
	for _, e := range r.Effects {
		if e.Kind == Deny || e.Kind == RevokeSession {
			reason, _ := e.Value.(string)
			return reason, true
		}
	}
	return "", false
}

// Failed returns the execution that failed, if one did.
func (r Result) Failed() (Execution, bool) {
	for _, e := range r.Executions {
		if e.Error != nil {
			return e, true
		}
	}
	return Execution{}, false
}

// Runner starts the processes. The zero value starts this program.
type Runner struct {
	// Program is the program and its arguments before [Argument].
	Program []string
}

// Run runs the Actions of a job. An error of theirs is part of the result;
// what it returns itself is that they could not be run.
func (r Runner) Run(ctx context.Context, job Job) (Result, error) {
	if job.Timeout <= 0 {
		job.Timeout = Timeout
	}
	if job.Memory == 0 {
		job.Memory = Memory
	}
	in, err := json.Marshal(job)
	if err != nil {
		return Result{}, fmt.Errorf("write what Actions are given: %w", err)
	}
	program := r.Program
	if len(program) == 0 {
		self, err := os.Executable()
		if err != nil {
			return Result{}, fmt.Errorf("find this program, to run Actions: %w", err)
		}
		program = []string{self}
	}
	limited, cancel := context.WithTimeout(ctx, job.Timeout+grace)
	defer cancel()
	cmd := exec.CommandContext(limited, program[0], append(program[1:len(program):len(program)], Argument)...) //nolint:gosec // this program
	cmd.Env = []string{"GOMAXPROCS=2", "GOTRACEBACK=none"}
	cmd.Stdin = bytes.NewReader(in)
	cmd.WaitDelay = grace
	out := &bounded{left: maxResult}
	errs := &bounded{left: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, errs
	began := time.Now()
	runErr := cmd.Run()
	var res Result
	if err := json.Unmarshal(out.Bytes(), &res); err == nil && len(res.Executions) > 0 {
		return res, nil
	}
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("run Actions: %w", ctx.Err())
	}
	if runErr == nil || strings.Contains(errs.String(), "flag provided but not defined") {
		return Result{}, ErrUnavailable
	}
	return Result{Executions: []Execution{died(job, began, limited.Err() != nil, errs.String())}}, nil
}

// died is the execution of a process that ended without saying what happened.
func died(job Job, began time.Time, late bool, said string) Execution {
	e := Execution{Started: began, Ended: time.Now(), Error: &Error{Class: ClassPlatform, Name: "Error", Message: "The Action's process ended unexpectedly"}}
	if len(job.Actions) > 0 { // which of several it was is not known
		e.ActionID, e.Name = job.Actions[0].ID, job.Actions[0].Name
	}
	switch {
	case late:
		e.Error = timedOut(job.Timeout)
	case strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate"):
		e.Error = tooMuch()
	}
	return e
}

func timedOut(limit time.Duration) *Error {
	return &Error{Class: ClassTimeout, Name: "Error", Message: fmt.Sprintf("Script execution timed out after %s", limit)}
}

func tooMuch() *Error {
	return &Error{Class: ClassPlatform, Name: "RangeError", Message: "The Action used more memory than it may"}
}

// bounded is a buffer that takes so much and forgets the rest.
type bounded struct {
	bytes.Buffer
	left int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	_, _ = b.Buffer.Write(p[:n]) // never fails
	return len(p), nil
}

// Asked reports whether the arguments of a program, without its name, ask it
// to run Actions. Its main then calls [Main] and ends.
func Asked(args []string) bool { return len(args) == 1 && args[0] == Argument }

// Main is the process that runs Actions: it reads a job, puts limits on
// itself, and writes the result.
func Main(in io.Reader, out io.Writer) error {
	var job Job
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("read what to run: %w", err)
	}
	if err := confine(job); err != nil {
		return fmt.Errorf("limit the process: %w", err)
	}
	return json.NewEncoder(out).Encode(execute(job, out))
}
