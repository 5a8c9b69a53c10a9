-- Items say what they must do about acceptance criteria; those from before say: nothing.
update event set body = jsonb_set(body, '{item,criteria}', '[]')
 where body ->> 'type' = 'work-item-added' and not body -> 'item' ? 'criteria';
update item set state = jsonb_set(state, '{item,criteria}', '[]')
 where not state -> 'item' ? 'criteria';
