// A verifier that is not ours: golang.org/x/mod/sumdb, the code behind Go's checksum database.
//
// Reads a JSON array of checks from standard input and writes a JSON array of answers: "ok", or the reason for a
// refusal. Nothing of Thalweg's is in here but the order of the fields.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type check struct {
	Vkey  string   // the log's key
	Note  string   // the signed checkpoint
	Entry string   // base64: check that this is entry Index
	Index int64    //
	Path  []string // base64 hashes, of either proof
	Old   string   // an earlier signed checkpoint: check that Note contains it
}

func open(vkey, text string) (int64, tlog.Hash, error) {
	var none tlog.Hash
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, none, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, none, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 {
		return 0, none, fmt.Errorf("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, none, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

func run(c check) error {
	size, root, err := open(c.Vkey, c.Note)
	if err != nil {
		return err
	}
	var path []tlog.Hash
	for _, text := range c.Path {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	if c.Old != "" {
		oldSize, oldRoot, err := open(c.Vkey, c.Old)
		if err != nil {
			return err
		}
		return tlog.CheckTree(tlog.TreeProof(path), size, root, oldSize, oldRoot)
	}
	if c.Entry != "" {
		entry, err := base64.StdEncoding.DecodeString(c.Entry)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(tlog.RecordProof(path), size, root, c.Index, tlog.RecordHash(entry))
	}
	return nil
}

func main() {
	var checks []check
	if err := json.NewDecoder(os.Stdin).Decode(&checks); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	answers := []string{}
	for _, c := range checks {
		if err := run(c); err != nil {
			answers = append(answers, err.Error())
		} else {
			answers = append(answers, "ok")
		}
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
