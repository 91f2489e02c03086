@needs-outgoing
Feature: Destinations share sessions and do not wait for each other
  Several messages for one host go over one connection; one slow host does not hold up the others.

  @mail-service-29
  Rule: A slow destination does not block the others

    Example: One host is silent, the other is served
      Given slow.example has the mail exchanger mx.slow.example
      And mx.slow.example is silent for the connection
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to dan@slow.example and bob@there.example
      Then mx1.there.example receives it meanwhile for bob@there.example

  @mail-service-30
  Rule: Messages for one destination share sessions

    Example: Ten waiting messages
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      And alice sends 10 messages to bob@there.example
      And mx1.there.example can be reached again
      When the operator runs the queue
      Then mx1.there.example receives 10 messages
      And mx1.there.example sees at most 4 connections

    Example: No more messages over one session than the administrator wants
      Given the settings:
        | setting                      | value |
        | queue.messagesPerSession     | 2     |
        | queue.sessionsPerDestination | 1     |
      And there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      And alice sends 6 messages to bob@there.example
      And mx1.there.example can be reached again
      When the operator runs the queue
      Then mx1.there.example receives 6 messages
      And mx1.there.example sees exactly 3 connections
